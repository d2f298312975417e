import { defaultViewStrings } from '../../../src/protocol/viewStrings';
import { protocolVersion, type SessionSnapshot } from '../../../src/protocol/chatProtocol';
import {
  toEventId,
  toInvocationId,
  toSessionId,
  toTurnId,
  type SessionSummary,
} from '../../../src/core/session/session';
import type { EventBodyOf, StoredBody, StoredEvent } from '../../../src/core/session/sessionEvent';
import type { PromptMeasure } from '../../../src/core/turn/promptMeasure';
import type { TurnView } from '../../../src/core/turn/turnView';

export const sessionId = toSessionId('0192f000-0000-7000-8000-000000000001');
/** A quarter past ten in the morning, local time, today. */
export const morning = new Date().setHours(10, 15, 0, 0);

export function summary(title = 'Fix the flaky upload test', patch: Partial<SessionSummary> = {}): SessionSummary {
  return {
    id: sessionId,
    title,
    directory: '/home/me/shop',
    gitRoot: '/home/me/shop',
    provider: 'openai',
    model: 'gpt-5',
    skill: null,
    messageCount: 2,
    createdAt: morning,
    updatedAt: morning,
    pinned: false,
    archivedAt: null,
    deletedAt: null,
    endedAt: null,
    ...patch,
  };
}

export interface EventOptions {
  readonly turn?: string;
  readonly at?: number;
  readonly model?: string;
  readonly skill?: string;
  readonly parent?: string;
}

/** Builds a log in which every event follows the one before. */
export class LogBuilder {
  readonly events: StoredEvent[] = [];

  add(body: StoredBody, { turn, at, model, skill, parent }: EventOptions = {}): StoredEvent {
    const seq = this.events.length + 1;
    const event: StoredEvent = {
      id: toEventId(`event-${String(seq).padStart(6, '0')}`),
      sessionId,
      seq,
      parentId: parent === undefined ? (this.events.at(-1)?.id ?? null) : toEventId(parent),
      invocationId: toInvocationId('invocation-1'),
      createdAt: at ?? morning + seq * 1_000,
      body,
      ...(turn === undefined ? {} : { turnId: toTurnId(turn) }),
      ...(model === undefined ? {} : { provider: 'openai', model }),
      ...(skill === undefined ? {} : { skill }),
      ...(body.type === 'text' ? { usage: { inputTokens: 1200, outputTokens: 310 }, durationMs: 4200 } : {}),
    };
    this.events.push(event);
    return event;
  }

  user(content: string, options: EventOptions = {}): StoredEvent {
    return this.add({ type: 'user_message', content }, options);
  }

  text(content: string, options: EventOptions = {}): StoredEvent {
    return this.add({ type: 'text', content, finish: 'completed' }, { model: 'gpt-5', ...options });
  }

  /** A summary of the events from one `seq` to another. */
  compaction(fromSeq: number, toSeq: number, patch: Partial<EventBodyOf<'compaction'>> = {}): StoredEvent {
    return this.add({
      type: 'compaction',
      summary: 'The upload test was **flaky**; the writer is awaited now.',
      fromSeq,
      toSeq,
      tokensBefore: 12_000,
      tokensAfter: 800,
      messages: toSeq - fromSeq + 1,
      method: 'model',
      ...patch,
    });
  }

  undo(compaction: StoredEvent): StoredEvent {
    return this.add({ type: 'compaction_undone', compactionId: compaction.id });
  }
}

export function snapshot(patch: Partial<SessionSnapshot> = {}): SessionSnapshot {
  return {
    protocolVersion,
    epoch: 1,
    seq: 0,
    sessionId,
    summary: null,
    turnStatus: 'idle',
    events: [],
    hasOlder: false,
    notice: null,
    turn: null,
    queued: [],
    memory: { draft: '', scroll: null },
    model: {
      ref: { provider: 'openai', model: 'gpt-5' },
      label: 'GPT-5 · OpenAI',
      missing: null,
      hasAny: true,
      sharing: null,
    },
    workspace: { folderName: 'shop', hasFolder: true, trusted: true },
    store: { kind: 'ok' },
    recent: [],
    skill: { current: null, missing: false, available: [] },
    context: [],
    compaction: null,
    measure: null,
    showSummaries: false,
    enterSends: true,
    idleGapMs: 3_600_000,
    strings: defaultViewStrings,
    ...patch,
  };
}

export function measure(patch: Partial<PromptMeasure> = {}): PromptMeasure {
  return {
    tokens: 1_234,
    maxTokens: 8_000,
    messages: 12,
    maxMessages: 50,
    parts: { system: 120, tools: 0, summaries: 214, attachments: 300, messages: 600 },
    compactsAt: 6_000,
    ...patch,
  };
}

export function turn(patch: Partial<TurnView> = {}): TurnView {
  return {
    sessionId,
    turnId: toTurnId('turn-live'),
    parentId: null,
    phase: 'streaming',
    model: { provider: 'openai', model: 'gpt-5' },
    text: '',
    reasoning: '',
    startedAt: morning + 60_000,
    pendingTools: [],
    retry: null,
    ...patch,
  };
}

export const sampleAnswer = `The test fails because \`uploadAll\` resolves **before** the last chunk is written. Two things have to change:

1. Await the writer in \`close()\`.
2. Retry only the chunk that failed, not the whole file.

\`\`\`ts
export async function uploadAll(files: readonly File[], signal: AbortSignal): Promise<number> {
  let sent = 0;
  for (const file of files) {
    // One at a time keeps memory flat.
    await send(file, { retries: 3, signal });
    sent += 1;
  }
  return sent;
}
\`\`\`

| Case | Before | After |
|:-----|:------:|------:|
| 1 file | 40 ms | 41 ms |
| 100 files | flaky | 2,300 ms |

- [x] Await the writer
- [ ] Add a test with a slow disk

See [the stream docs](https://nodejs.org/api/stream.html) for \`finished()\`.

> Closing twice is harmless.`;

/** A conversation with one of everything. */
export function sampleLog(): LogBuilder {
  const log = new LogBuilder();
  const yesterday = morning - 86_400_000;
  log.user('Why is the upload test flaky on CI?', { turn: 't0', at: yesterday });
  log.text('Most likely a race at the end of the upload. Shall I look at the code?', {
    turn: 't0',
    at: yesterday + 4_000,
    model: 'gpt-4.1',
  });
  log.add(
    {
      type: 'model_changed',
      from: { provider: 'openai', model: 'gpt-4.1' },
      to: { provider: 'openai', model: 'gpt-5' },
    },
    { at: morning },
  );
  log.user('Yes please. The file is src/upload.ts', { turn: 't1', at: morning });
  log.add(
    { type: 'reasoning', content: 'The writer is not awaited.\nCheck close() first.' },
    { turn: 't1', at: morning + 1_000 },
  );
  log.add(
    { type: 'tool_call', id: 'c1', name: 'read_file', input: { path: 'src/upload.ts', lines: [1, 80] } },
    { turn: 't1', at: morning + 2_000 },
  );
  log.add(
    { type: 'tool_result', toolUseId: 'c1', content: 'export async function uploadAll() {}', isError: false },
    { turn: 't1', at: morning + 3_000 },
  );
  log.text(sampleAnswer, { turn: 't1', at: morning + 9_000 });
  return log;
}
