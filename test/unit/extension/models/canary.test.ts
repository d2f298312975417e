import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { checkpointMarkdown } from '../../../../src/core/checkpoint/checkpointMarkdown';
import { writeCheckpoint } from '../../../../src/core/checkpoint/checkpointWriter';
import { collectDiagnostics } from '../../../../src/extension/diagnostics';
import { textOfError } from '../../../../src/extension/platform/errorTexts';
import {
  errorEventReply,
  statusReply,
  stepsReply,
  streamReply,
  type FakeReply,
} from '../../../support/fakeModelReplies';
import { TurnFixture } from '../../core/turn/turnFixture';
import { ModelsFixture } from './modelsFixture';
import { resetModels, settings, shown } from './modelsVscode';

vi.mock('vscode', async () => (await import('./modelsVscode')).modelsDouble);

/** Of no shape that could be known for a key. */
const canary = 'canary7f3a9c1e5b2d4408';
const never = new AbortController().signal;
const message = `Who is ${canary}? Authorization: Bearer ${canary}`;

const replies: readonly (readonly [string, FakeReply])[] = [
  ['in the message of an error', statusReply(401, {}, JSON.stringify({ error: { message, type: canary } }))],
  ['in an error that is plain text', statusReply(403, { 'content-type': 'text/plain' }, message)],
  [
    'in an error of no known shape',
    statusReply(400, {}, JSON.stringify({ detail: [{ msg: message }], error: message })),
  ],
  ['in a page', statusReply(502, { 'content-type': 'text/html' }, `<h1>${message}</h1>`)],
  ['in a page where an answer was expected', statusReply(200, { 'content-type': 'text/html' }, `<h1>${message}</h1>`)],
  ['in headers', statusReply(429, { 'x-key': canary, 'retry-after': canary, 'x-ratelimit-limit-requests': canary })],
  ['as the id of the conversation', stepsReply([{ kind: 'error', message }], { 'x-session-id': canary })],
  ['as the host of a redirect', statusReply(307, { location: `https://${canary}.example/?key=${canary}` })],
  ['in a redirect that is no address', statusReply(302, { location: `http://${canary}:${canary}` })],
  ['in an error inside the stream', errorEventReply(message, 'Half')],
  ['in an answer that is not JSON', stepsReply([{ kind: 'raw', data: `data: {"${canary}\n\n` }])],
  ['in JSON of the wrong shape', stepsReply([{ kind: 'raw', data: `data: {"choices":"${canary}"}\n\n` }])],
  ['in JSON where a stream was expected', statusReply(200, {}, JSON.stringify({ error: { message, code: canary } }))],
  [
    'in the reason of the end',
    stepsReply([
      { kind: 'text', text: 'Half' },
      { kind: 'finish', reason: canary },
    ]),
  ],
];

let models: ModelsFixture;
let turns: TurnFixture;

beforeEach(async () => {
  resetModels();
  models = new ModelsFixture();
  turns = await TurnFixture.open({ logger: models.logger, random: () => 0 });
  await models.add({ id: 'own', kind: 'openai-compatible', baseUrl: turns.server.baseUrl, models: ['m'] }, canary);
  turns.resolver = {
    resolve: (_, signal) => models.registry.resolve({ provider: 'own', model: 'm' }, signal),
  };
});
afterEach(() => turns.dispose());

/** All that is on disk, in the log, in views, in settings and in what can be written out. */
async function everything(): Promise<Readonly<Record<string, string>>> {
  const record = await turns.manager.readRecord(turns.sessionId);
  const files = readdirSync(turns.store.folder, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  expect(files.length).toBeGreaterThan(1);
  return {
    ...Object.fromEntries(
      files.map((file) => [file.name, readFileSync(path.join(file.parentPath, file.name)).toString('latin1')]),
    ),
    log: models.logged.join('\n'),
    views: JSON.stringify([turns.views, turns.streamed]),
    texts: JSON.stringify(shown),
    settings: JSON.stringify([...settings.user]),
    memento: JSON.stringify([...models.memento]),
    yaml: writeCheckpoint(recordToCheckpoint(record), 'yaml'),
    json: writeCheckpoint(recordToCheckpoint(record), 'json'),
    markdown: checkpointMarkdown(record, { exportedAt: 0, context: true }),
    diagnostics: await collectDiagnostics({
      store: { state: { kind: 'ok' }, openManager: () => Promise.resolve(turns.manager) } as never,
      extensionVersion: '1',
      providerIds: () => models.settings.providers.map(({ id }) => id),
    }),
  };
}

async function expectNoKey(): Promise<void> {
  for (const [place, text] of Object.entries(await everything())) {
    expect(
      text.includes(canary),
      `${place}: ${text.slice(Math.max(0, text.indexOf(canary) - 200)).slice(0, 400)}`,
    ).toBe(false);
  }
}

describe('a key that a provider repeats', () => {
  it('went to the provider, and is nowhere after an answer', async () => {
    turns.server.enqueue(streamReply('Hello'));
    await turns.ask();
    expect(turns.server.completions[0]?.headers['authorization']).toBe(`Bearer ${canary}`);
    await expectNoKey();
  });

  it.each(replies)('is nowhere on disk, in the log, in views or in exports: %s', async (_, reply) => {
    turns.server.defaultReply = reply;
    await turns.ask();
    const { error } = await turns.lastText();
    expect(error?.code ?? 'model/finished').toMatch(/^(model|provider)\//);
    if (error !== undefined) {
      models.logger.trace('told', textOfError(error));
    }
    await expectNoKey();
  });

  it('is not in the log when the models are listed', async () => {
    // What follows the mark is not part of what is asked for, so that the scripted replies answer.
    const definition = {
      ...models.registry.getDefinition('own'),
      baseUrl: `${turns.server.baseUrl}/chat/completions#`,
    };
    for (const [, reply] of replies) {
      turns.server.enqueue(reply);
      await models.registry
        .listModels(definition, never, canary)
        .catch((error: unknown) => models.logger.warn('The models could not be listed', error));
    }
    expect(models.logged.join('\n')).toContain('The models could not be listed');
    await turns.ask();
    await expectNoKey();
  });

  it.each(['\u2028', '\n', 'ä€', '\0'])('is not in the log when it can be no header: with %j in it', async (letter) => {
    await models.add(
      { id: 'own', kind: 'openai-compatible', baseUrl: turns.server.baseUrl, models: ['m'] },
      `${canary}${letter}${canary}`,
    );
    await turns.ask();
    expect((await turns.lastText()).error?.code).toMatch(/^model\//);
    await expectNoKey();
  });
});
