import { Chat } from '../e2e/support/chat';
import { streamReply } from '../support/fakeModelReplies';
import type { PictureScenario } from './pictureSession';

const explanation = `\`heightAt\` follows a **cosine curve** between two tides:

\`\`\`javascript
const part = (minutes - before.minutes) / (after.minutes - before.minutes);
\`\`\`

\`part\` runs from 0 at the first tide to 1 at the second, so the curve is flat at both ends, as real tides nearly are.`;

/** Every picture of the README. */
export const scenarios: readonly PictureScenario[] = [
  {
    name: 'resumed',
    viewport: { width: 1200, height: 760 },
    play: async ({ workbench, model, widenSideBar, shoot }) => {
      model.enqueue(streamReply(explanation), streamReply('The middle of the two heights: **2.1 m**.'));
      await workbench.openFile('src/tide.js');
      const before = await Chat.open(workbench);
      await widenSideBar(420);
      await before.ask('How does heightAt work?', 'as real tides nearly are');
      await before.ask('And half way between 0.4 m and 3.8 m?', '2.1 m');
      const after = await before.reload();
      await after.notice.waitFor();
      await shoot();
    },
  },
];
