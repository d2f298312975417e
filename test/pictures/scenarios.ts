import { Chat } from '../e2e/support/chat';
import { querySqlIn } from '../e2e/support/storeFile';
import type { Workbench } from '../e2e/support/workbench';
import { stepsReply, streamReply, type FakeReply } from '../support/fakeModelReplies';
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
    await workbench.executeCommand('rejoin.newSession', {});
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
  await workbench.executeCommand('rejoin.newSession', {});
}

const reviewSkill = `---
name: review
description: Reviews a change, correctness first
---

Review $ARGUMENTS. Name the line of each finding.
`;

const summary = `- \`heightAt\` follows a **cosine curve**; heights in metres, times in minutes.
- Decided: a day has the tides of the day before and after it, so that midnight has both neighbours.`;

const review = `**Line 10:** two tides at the same minute divide by zero. Throw a \`RangeError\` there.

**Line 12** is right: the curve is flat at both ends.`;

/** A reply without the counts of tokens that a fake model can only make up. */
function untold(text: string): FakeReply {
  return stepsReply([{ kind: 'text', text }, { kind: 'finish', reason: 'stop' }, { kind: 'done' }]);
}

/** Says much, as models do, so that there is something to summarise. */
function wordyReply(subject: string): FakeReply {
  return untold(`${subject}\n\n${'The tide follows the curve, and each day is a little later. '.repeat(60)}`);
}

async function writeInFolder(workbench: Workbench, file: string, text: string): Promise<void> {
  await workbench.bridge.evaluate(
    async (vscode, { file: name, text: content }) => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      if (folder === undefined) throw new Error('The window has no folder.');
      await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder.uri, name), new TextEncoder().encode(content));
    },
    { file, text },
  );
}

/** Fills the window of the model until the oldest messages are summarised, and goes on with a skill and a file. */
async function talkAtLength({ workbench, model }: PictureSession): Promise<Chat> {
  await writeInFolder(workbench, '.rejoin/skills/review/SKILL.md', reviewSkill);
  const chat = await Chat.open(workbench);
  await workbench.executeCommand('rejoin.newSession', { title: 'Tide table' });
  for (const [question, subject] of [
    ['How does heightAt work?', 'Along a curve.'],
    ['And at midnight?', 'Between two days.'],
    ['Which tides does a day need?', 'Those around it.'],
  ] as const) {
    model.enqueue(wordyReply(subject));
    await chat.ask(question, subject);
  }
  model.enqueue(untold('Yes, with those of the days around it.'));
  await chat.ask('So a table needs three days?', 'Yes, with those');
  model.enqueue(untold(summary));
  await workbench.executeCommand('rejoin.compactSession', await currentSession(workbench));
  await workbench.openFile('src/tide.js');
  await workbench.bridge.evaluate(async (vscode) => {
    await vscode.commands.executeCommand('rejoin.attachContext', vscode.window.activeTextEditor?.document.uri);
  });
  model.enqueue(untold(review));
  await chat.ask('/review the edge cases of heightAt', 'flat at both ends');
  await chat.transcript.getByRole('button', { name: 'Show summary' }).click();
  return chat;
}

async function currentSession(workbench: Workbench): Promise<string> {
  const [newest] = await workbench.executeCommand<readonly { readonly id: string }[]>('rejoin.listSessions');
  if (newest === undefined) throw new Error('There is no session.');
  return newest.id;
}

/** Puts a session into a file of the folder, with a slip that a person could have made in it. */
async function exportWithSlip({ workbench, model }: PictureSession, file: string): Promise<void> {
  const chat = await Chat.open(workbench);
  await workbench.executeCommand('rejoin.newSession', { title: 'Tides at midnight' });
  model.enqueue(
    streamReply('Between the last tide of a day and the first of the next.'),
    streamReply('Then it has one neighbour only, and heightAt needs two.'),
  );
  await chat.ask('Where does midnight lie on the curve?', 'Between the last tide');
  await chat.ask('And if the next day is missing?', 'one neighbour only');
  await workbench.bridge.evaluate(
    async (vscode, { id, file: name }) => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      if (folder === undefined) throw new Error('The window has no folder.');
      const uri = vscode.Uri.joinPath(folder.uri, name);
      await vscode.commands.executeCommand('rejoin.exportSession', id, uri, { format: 'yaml' });
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      const edited = text
        .replaceAll(folder.uri.fsPath, '/home/sam/tide-table')
        .replace(/updated_at: .*/, 'updated_at: "last Friday"');
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(edited));
    },
    { id: await currentSession(workbench), file },
  );
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
      await workbench.page.mouse.move(1000, 20);
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
  {
    name: 'long',
    viewport: { width: 1200, height: 820 },
    settings: {
      'rejoin.autoCompact.preserveRecent': 2,
      'rejoin.autoCompact.compactRatio': 0.9,
      'editor.minimap.enabled': false,
    },
    play: async (session) => {
      const { workbench, widenSideBar, shoot } = session;
      const chat = await talkAtLength(session);
      await workbench.page.locator('.pane-header').filter({ hasText: 'Sessions' }).click();
      await widenSideBar(460);
      await workbench.page.mouse.move(1000, 20);
      await chat.frame.getByRole('button', { name: /^Context:/ }).waitFor();
      await shoot();
    },
  },
  {
    name: 'checkpoint',
    viewport: { width: 1200, height: 820 },
    settings: { 'editor.minimap.enabled': false },
    play: async (session) => {
      const { workbench, widenSideBar, shoot } = session;
      const file = 'tides-at-midnight.rejoin.yaml';
      await exportWithSlip(session, file);
      await workbench.openFile(file);
      await workbench.page.locator('.codelens-decoration').getByText('Import as session').waitFor();
      await workbench.executeCommand('outline.focus');
      await workbench.page.locator('.pane-header').filter({ hasText: 'tide-table' }).click();
      await workbench.executeCommand('workbench.actions.view.problems');
      await widenSideBar(340);
      await workbench.page.locator('.markers-panel').getByText('last Friday').waitFor();
      await workbench.page.mouse.move(1000, 20);
      await shoot();
    },
  },
];
