import { send, waitForReply } from '../e2e/support/chat';
import { slowReply, streamReply } from '../support/fakeModelReplies';
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
    play: async ({ workbench, model, shoot }) => {
      model.enqueue(streamReply(explanation), slowReply(1, 'The middle of the two heights: **2.1 m**.'));
      await workbench.openFile('src/tide.js');
      const before = await workbench.openChat();
      await send(before, 'How does heightAt work?');
      await waitForReply(before, 'as real tides nearly are');
      await workbench.reloadWindow();
      const after = await workbench.openChat();
      await after.getByRole('status').filter({ hasText: 'Resumed' }).waitFor();
      await send(after, 'And half way between 0.4 m and 3.8 m?');
      await waitForReply(after, '2.1 m');
      await shoot();
    },
  },
];
