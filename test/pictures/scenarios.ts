import { Chat } from '../e2e/support/chat';
import { querySqlIn } from '../e2e/support/storeFile';
import { streamReply } from '../support/fakeModelReplies';
import type { PictureScenario, PictureSession } from './pictureSession';

const explanation = `\`heightAt\` follows a **cosine curve** between two tides:

\`\`\`javascript
const part = (minutes - before.minutes) / (after.minutes - before.minutes);
\`\`\`

\`part\` runs from 0 at the first tide to 1 at the second, so the curve is flat at both ends, as real tides nearly are.`;

const day = 24 * 60 * 60_000;

interface PastSession {
  readonly question: string;
  readonly ageMs: number;
  readonly command?: 'rejoin.pinSession' | 'rejoin.archiveSession' | 'rejoin.deleteSession';
  readonly directory?: string;
}

const pastSessions: readonly PastSession[] = [
  { question: 'Plan the spring tide warnings', ageMs: 5 * day, command: 'rejoin.pinSession' },
  { question: 'Why does the CSV import drop the last row?', ageMs: 3 * 60 * 60_000 },
  { question: 'Write tests for heightAt', ageMs: day },
  { question: 'Rename minutes to minutesOfDay', ageMs: 2 * day },
  { question: 'Compare two harbours in one chart', ageMs: 40 * day },
  { question: 'Set up the release pipeline', ageMs: 2 * day, directory: '/home/sam/boat-log' },
  { question: 'Try another date library', ageMs: 12 * day, command: 'rejoin.archiveSession' },
];

/** Fills the store as weeks of use would: through the chat itself, and then back in time. */
async function liveThroughPast({ workbench, model, storeFile }: PictureSession): Promise<void> {
  for (const { question, ageMs, command, directory } of pastSessions) {
    await workbench.executeCommand('rejoin.newSession');
    const chat = await Chat.open(workbench);
    model.enqueue(streamReply('Here is what I found.'));
    await chat.ask(question, 'Here is what I found.');
    const [row] = await querySqlIn<{ id: string }>(
      storeFile,
      'SELECT id FROM sessions ORDER BY created_at DESC LIMIT 1',
    );
    if (command !== undefined) await workbench.executeCommand(command, row?.id);
    await querySqlIn(
      storeFile,
      'UPDATE sessions SET updated_at = updated_at - ?, directory = coalesce(?, directory), git_root = iif(? IS NULL, git_root, NULL) WHERE id = ?',
      ageMs,
      directory ?? null,
      directory ?? null,
      row?.id,
    );
  }
  await workbench.executeCommand('rejoin.newSession');
}

/** Every picture of the README. */
export const scenarios: readonly PictureScenario[] = [
  {
    name: 'resumed',
    viewport: { width: 1200, height: 760 },
    play: async ({ workbench, model, widenSideBar, shoot }) => {
      model.enqueue(streamReply(explanation), streamReply('The middle of the two heights: **2.1 m**.'));
      const before = await Chat.open(workbench);
      await before.ask('How does heightAt work?', 'as real tides nearly are');
      await before.ask('And half way between 0.4 m and 3.8 m?', '2.1 m');
      const after = await before.reload();
      await workbench.openFile('src/tide.js');
      await widenSideBar(420);
      await workbench.page.mouse.move(900, 500);
      await after.notice.waitFor();
      await shoot();
    },
  },
  {
    name: 'sessions',
    viewport: { width: 1000, height: 1000 },
    play: async (session) => {
      const { workbench, model, widenSideBar, shoot } = session;
      await liveThroughPast(session);
      const chat = await (await Chat.open(workbench)).reload();
      await widenSideBar(460);
      model.enqueue(streamReply('Tides lag the moon by about **fifty minutes** a day.'));
      await chat.ask('How much later is high water each day?', 'fifty minutes');
      await workbench.page.mouse.move(700, 500);
      await shoot('.part.sidebar');
    },
  },
];
