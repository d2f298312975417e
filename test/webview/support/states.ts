import { toTurnId } from '../../../src/core/session/session';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { LogBuilder, morning, sampleLog, snapshot, summary, turn } from './conversation';

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
      model: { ref: null, label: '', missing: null, hasAny: false },
      workspace: { folderName: '', hasFolder: false, trusted: true },
    }),
  'store-unavailable': () =>
    snapshot({
      store: {
        kind: 'unavailable',
        error: { code: 'store/not-a-database', args: {} },
        text: 'sessions.db is not a database.',
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
} satisfies Readonly<Record<string, () => SessionSnapshot>>;
