import { toTurnId } from '../../../src/core/session/session';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { LogBuilder, measure, morning, sampleLog, snapshot, summary, turn } from './conversation';

export const resumed = (): SessionSnapshot =>
  snapshot({
    summary: summary(),
    events: sampleLog().events,
    notice: { kind: 'resumed', lastEventAt: morning, idleMs: 300_000 },
  });

export const states = {
  resumed,
  empty: () => snapshot({ recent: [summary('Fix the flaky upload test'), summary('Explain the retry logic')] }),
  'no-model': () =>
    snapshot({
      model: { ref: null, label: '', missing: null, hasAny: false, sharing: null },
      workspace: { folderName: '', hasFolder: false, trusted: true },
    }),
  'store-unavailable': () =>
    snapshot({
      store: {
        kind: 'unavailable',
        error: { code: 'store/not-a-database', args: {} },
        text: 'sessions.db is not a database.',
        canRestore: true,
      },
    }),
  running: () =>
    snapshot({
      summary: summary(),
      events: sampleLog().events.slice(0, 7),
      store: { kind: 'memory' },
      workspace: { folderName: 'shop', hasFolder: true, trusted: false },
      turn: turn({
        turnId: toTurnId('t1'),
        phase: 'tools',
        pendingTools: [{ id: 'c9', name: 'run_terminal', input: { command: 'npm test' }, phase: 'confirm' }],
      }),
    }),
  failed: () => {
    const events = new LogBuilder();
    events.user('Hello');
    events.add(
      {
        type: 'text',
        content: 'Partial',
        finish: 'failed',
        error: { code: 'model/connection-lost', args: {}, message: 'The connection broke off.' },
      },
      { turn: 't' },
    );
    return snapshot({ summary: summary(), events: events.events, turnStatus: 'failed' });
  },
  full: () => {
    const log = new LogBuilder();
    log.user('Why is the upload test flaky on CI?', { at: morning });
    log.text('Most likely a race at the end of the upload.', { at: morning + 1_000 });
    log.compaction(1, 2, { messages: 40 });
    log.add(
      {
        type: 'user_message',
        content: 'Look at these',
        context: [
          { type: 'file', key: 'src/upload.ts', value: 'x', changed: true },
          { type: 'selection', key: 'packages/server/src/upload/chunkedUploadWriter.ts:120-480', value: 'x' },
        ],
      },
      { at: morning + 3_000 },
    );
    log.text('They belong together.', { at: morning + 4_000, turn: 't1', skill: 'review' });
    log.add({ type: 'skill_changed', from: 'review', to: 'release-notes' }, { at: morning + 5_000 });
    log.add(
      {
        type: 'skill_invocation',
        name: 'release-notes',
        arguments: 'for 2.4, short',
        content: 'Write release notes for 2.4, short.',
      },
      { at: morning + 6_000 },
    );
    log.text('Here they are.', { at: morning + 7_000, turn: 't2', skill: 'release-notes' });
    return snapshot({
      summary: summary(),
      events: log.events,
      model: {
        ref: { provider: 'openai', model: 'gpt-5' },
        label: 'GPT-5 · OpenAI',
        missing: null,
        hasAny: true,
        sharing: { from: 'Ollama', to: 'OpenAI' },
      },
      skill: {
        current: 'release-notes',
        missing: false,
        available: [
          { name: 'release-notes', description: 'Writes release notes from the log' },
          { name: 'review', description: 'Reviews a change with a fresh eye, slowly and in the order of importance' },
        ],
      },
      context: [
        { type: 'file', key: 'src/upload.ts', bytes: 1_240, unreadable: false },
        {
          type: 'selection',
          key: 'packages/server/src/upload/chunkedUploadWriter.ts:120-480',
          bytes: 88_000,
          unreadable: false,
        },
        { type: 'folder', key: 'docs', bytes: 2_400_000, unreadable: true },
      ],
      compaction: {
        stage: 'summarizing',
        messages: 38,
        tokensBefore: 11_800,
        tokensAfter: null,
        waiting: true,
        error: null,
      },
      measure: measure(),
      showSummaries: true,
    });
  },
  crowded: () => {
    const long = 'a-very-long-name-that-someone-gave-to-it-without-thinking-of-us';
    const log = new LogBuilder();
    log.user('Old', { at: morning });
    log.compaction(1, 1, { messages: 1_000_000, tokensBefore: 1_234_567_890, tokensAfter: 123_456, method: 'simple' });
    log.add(
      { type: 'skill_invocation', name: long, arguments: long.repeat(3), content: 'x' },
      { at: morning + 2_000, turn: 't' },
    );
    log.add({ type: 'user_message', content: long, context: [{ type: 'file', key: `${long}/${long}.ts`, value: '' }] });
    log.text('Done', { turn: 't', model: long, skill: long });
    return snapshot({
      summary: summary(long.repeat(3)),
      events: log.events,
      model: {
        ref: { provider: 'openai', model: long },
        label: `${long} · ${long}`,
        missing: null,
        hasAny: true,
        sharing: { from: long, to: long },
      },
      skill: { current: long, missing: true, available: [] },
      context: Array.from({ length: 12 }, (_, index) => ({
        type: 'file' as const,
        key: `${long}/${String(index)}/${long}.ts`,
        bytes: 1_234_567,
        unreadable: index % 2 === 0,
      })),
      compaction: {
        stage: 'failed',
        messages: 38,
        tokensBefore: 11_800,
        tokensAfter: null,
        waiting: true,
        error: { code: 'model/failed', args: {}, message: `${long} did not answer.` },
      },
      measure: measure({ tokens: 123_456_789, maxTokens: 123_500_000, maxMessages: null }),
    });
  },
  'elsewhere-waiting': () =>
    snapshot({
      summary: summary(),
      events: sampleLog().events.slice(0, 4),
      turn: turn({ turnId: toTurnId('t1'), elsewhere: true, text: 'The writer is not awaited, so the last chunk' }),
      queued: [
        { clientMessageId: 'm1', text: 'And add a test with a slow disk, please, one that fails without the change' },
        { clientMessageId: 'm2', text: 'for 2.4', skill: 'release-notes' },
      ],
    }),
  'waiting-stuck': () =>
    snapshot({
      summary: summary(),
      events: sampleLog().events,
      store: { kind: 'trouble', text: 'The disk is full. Free some space; what waits is saved by itself then.' },
      queued: [
        {
          clientMessageId: 'm1',
          text: 'And add a test with a slow disk',
          problem: 'The disk is full. Free some space, then try again.',
        },
        { clientMessageId: 'm2', text: 'Then write the release notes' },
      ],
    }),
  'read-only': () =>
    snapshot({
      summary: summary(),
      events: sampleLog().events,
      memory: { draft: 'Kept while nothing can be sent', scroll: null },
      store: {
        kind: 'readOnly',
        text: 'Conversations can be read and not changed: /home/me/.config/rejoin/sessions.db is read-only. Make it writable, then reload the window.',
      },
    }),
  loss: () =>
    snapshot({
      summary: summary(),
      events: sampleLog().events,
      store: { kind: 'ok', loss: '14 messages that were saved are missing from the file of your conversations.' },
    }),
  'altered-and-cut': () => {
    const log = new LogBuilder();
    const asked = log.user('Why is the upload test flaky on CI?', { at: morning });
    log.events.splice(-1, 1, { ...asked, altered: true });
    const answered = log.text('Most likely a race at the end of the upload.', { at: morning + 1_000, turn: 't' });
    log.events.splice(-1, 1, { ...answered, altered: true, cut: 12_345_678 });
    log.add({ type: 'damaged', eventType: 'text', data: '', reason: 'It is not JSON.' }, { at: morning + 2_000 });
    return snapshot({ summary: summary(), events: log.events });
  },
} satisfies Readonly<Record<string, () => SessionSnapshot>>;
