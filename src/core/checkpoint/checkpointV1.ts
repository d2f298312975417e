import type { IdGenerator } from '../base/ports';
import { previewOf } from '../session/messagePreview';
import {
  toEventId,
  toSessionId,
  toTurnId,
  type InvocationId,
  type Session,
  type TurnId,
  type WorkspaceKey,
} from '../session/session';
import type { EventBody } from '../session/sessionEvent';
import { encodeEventBody } from '../session/sessionEventCodec';
import type { RecordedEvent, RecordedMetadata, SessionRecord } from '../session/sessionRecord';
import { cleanTitle } from '../session/sessionTitle';
import { simpleSummary } from '../turn/simpleSummary';
import { estimateTokens } from '../turn/tokenEstimate';
import type { Checkpoint1, CheckpointProblemCode } from './checkpoint';
import { formatTime, parseTime } from './checkpointTime';
import { atmosContext, atmosMetadata, contextKey, metadataKey } from './atmosMetadata';
import { countEvents } from './eventCounts';
import { branchOf, compactedEvents, tokensOf, type BranchEntry } from './recordBranch';

type Message = Checkpoint1['messages'][number];

/** Atmos archives the oldest messages, in one run; in a file with countless ones the rest of them is sent as it is. */
export const maxArchivedRuns = 50;

export interface Checkpoint1Options {
  /** Unix ms. */
  readonly exportedAt: number;
  readonly exportedBy?: string;
  /** Write the context of the session: folder, files, instructions. */
  readonly context: boolean;
  /** Write the metadata that came with it from such a file. */
  readonly metadata: boolean;
}

/** Why the file could not be imported again. */
export type Checkpoint1Warning = Extract<
  CheckpointProblemCode,
  'provider-required' | 'model-required' | 'messages-required'
>;

export interface Checkpoint1Export {
  readonly checkpoint: Checkpoint1;
  readonly warnings: readonly Checkpoint1Warning[];
}

/** The branch shown as Atmos 1.0, which has neither branches nor tools nor summaries. */
export function recordToCheckpoint1(record: SessionRecord, options: Checkpoint1Options): Checkpoint1Export {
  const { session } = record;
  const branch = branchOf(record);
  const messages = messagesOf(branch);
  const metadata = options.metadata ? atmosMetadata(record) : undefined;
  const context = options.context ? atmosContext(record) : undefined;
  return {
    checkpoint: {
      version: '1.0',
      exported_at: formatTime(options.exportedAt),
      ...(options.exportedBy === undefined ? {} : { exported_by: options.exportedBy }),
      session: {
        name: session.title === '' ? timestampName(session.createdAt) : session.title,
        provider: session.provider ?? '',
        model: session.model ?? '',
        ...(session.skill === null ? {} : { skill: session.skill }),
        ...(session.directory === null ? {} : { project_path: session.directory }),
        created_at: formatTime(session.createdAt),
        updated_at: formatTime(session.updatedAt),
        ...(metadata === undefined ? {} : { metadata }),
      },
      messages,
      ...(context === undefined ? {} : { context }),
      statistics: statisticsOf(messages, branch),
    },
    warnings: [
      ...((session.provider ?? '') === '' ? (['provider-required'] as const) : []),
      ...((session.model ?? '') === '' ? (['model-required'] as const) : []),
      ...(messages.length === 0 ? (['messages-required'] as const) : []),
    ],
  };
}

export interface Checkpoint1Import {
  readonly ids: IdGenerator;
  /** Unix ms, for what the file has no time of. */
  readonly now: number;
  /** Folder that the session is to belong to. */
  readonly key: WorkspaceKey;
  readonly invocationId: InvocationId;
}

/**
 * A session of its own from a file of Atmos 1.0, with the times of the file. Each run of archived messages gets a summary
 * of their beginnings that stands for them.
 */
export function checkpoint1ToRecord(checkpoint: Checkpoint1, options: Checkpoint1Import): SessionRecord {
  const { session, context } = checkpoint;
  const id = toSessionId(options.ids.next());
  const events = toEvents(checkpoint, options);
  const last = events.at(-1);
  const title = cleanTitle(session.name);
  const bodies = events.map(({ body }) => body);
  const row: Session = {
    id,
    title,
    directory: options.key.directory,
    gitRoot: options.key.gitRoot,
    provider: session.provider,
    model: session.model,
    skill: (session.skill ?? '') === '' ? null : (session.skill ?? null),
    messageCount: countEvents(bodies).message_count,
    createdAt: msOf(session.created_at) ?? events[0]?.event.createdAt ?? options.now,
    updatedAt: msOf(session.updated_at) ?? last?.event.createdAt ?? options.now,
    pinned: false,
    archivedAt: null,
    deletedAt: null,
    endedAt: null,
    headId: last?.event.id ?? null,
    lastSeq: last?.event.seq ?? 0,
    lastInvocationId: options.invocationId,
    serverSessionId: null,
    titleSource: title === '' ? 'none' : 'user',
    turnStatus: 'idle',
    preview: previewOf(bodies) ?? '',
  };
  return {
    session: row,
    metadata: [
      ...toMetadata(metadataKey, session.metadata, row.updatedAt),
      ...toMetadata(contextKey, context, row.updatedAt),
    ].sort((a, b) => (a.key < b.key ? -1 : 1)),
    context: [],
    events: events.map(({ event }) => event),
  };
}

function messagesOf(branch: readonly BranchEntry[]): readonly Message[] {
  const archived = compactedEvents(branch);
  return branch.flatMap(({ event, body }) => {
    const message = toMessage(body);
    return message === undefined
      ? []
      : [
          {
            ...message,
            created_at: formatTime(event.createdAt),
            ...(archived.has(event.seq) ? { archived: true } : {}),
          },
        ];
  });
}

function toMessage(body: BranchEntry['body']): Pick<Message, 'role' | 'content'> | undefined {
  switch (body.type) {
    case 'user_message':
    case 'skill_invocation':
      return { role: 'user', content: body.content };
    case 'text':
      return body.content === '' ? undefined : { role: 'assistant', content: body.content };
    case 'system_context':
      return { role: 'system', content: body.content };
    default:
      return undefined;
  }
}

function statisticsOf(messages: readonly Message[], branch: readonly BranchEntry[]): Checkpoint1['statistics'] {
  const count = (role: Message['role']): number => messages.filter((message) => message.role === role).length;
  const tokens = branch.reduce((total, { event }) => total + tokensOf(event), 0);
  const calls = branch.filter(({ body }) => body.type === 'tool_call').length;
  return {
    message_count: messages.length,
    user_messages: count('user'),
    assistant_messages: count('assistant'),
    ...(tokens === 0 ? {} : { total_tokens: tokens }),
    ...(calls === 0 ? {} : { tool_calls: calls }),
  };
}

/** The file needs a name, and this is how Atmos makes one. */
function timestampName(ms: number): string {
  return `session-${formatTime(ms).slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-')}`;
}

function toEvents(
  { session, messages }: Checkpoint1,
  { ids, now, invocationId }: Checkpoint1Import,
): readonly BranchEntry[] {
  const entries: BranchEntry[] = [];
  let turnId: TurnId | null = null;
  let time = msOf(session.created_at) ?? now;
  const add = (body: EventBody, origin: Partial<RecordedEvent>): void => {
    const { type, data } = encodeEventBody(body);
    const event = {
      id: toEventId(ids.next()),
      seq: entries.length + 1,
      parentId: entries.at(-1)?.event.id ?? null,
      invocationId,
      turnId: null,
      type,
      data,
      provider: null,
      model: null,
      skill: null,
      usage: null,
      durationMs: null,
      createdAt: time,
      ...origin,
    };
    entries.push({ event, body });
  };
  for (const { role, content, created_at } of messages) {
    time = msOf(created_at) ?? time;
    if (role === 'user') {
      turnId = toTurnId(ids.next());
      add({ type: 'user_message', content }, { turnId });
    } else if (role === 'assistant') {
      const { provider, model } = session;
      add({ type: 'text', content, finish: 'completed' }, { turnId, provider, model });
    } else {
      add({ type: 'system_context', content }, { turnId });
    }
  }
  archivedRuns(messages).forEach((run) => add(run, {}));
  return entries;
}

function archivedRuns(messages: readonly Message[]): readonly EventBody[] {
  const runs: { readonly start: number; readonly messages: Message[] }[] = [];
  messages.forEach((message, index) => {
    const run = runs.at(-1);
    if (message.archived !== true) {
      return;
    }
    if (run !== undefined && run.start + run.messages.length === index) {
      run.messages.push(message);
    } else if (runs.length < maxArchivedRuns) {
      runs.push({ start: index, messages: [message] });
    }
  });
  return runs.map((run) => toCompaction(run.messages, run.start + 1));
}

function toCompaction(messages: readonly Message[], fromSeq: number): EventBody {
  const summary = simpleSummary(messages);
  return {
    type: 'compaction',
    summary,
    fromSeq,
    toSeq: fromSeq + messages.length - 1,
    tokensBefore: messages.reduce((total, { content }) => total + estimateTokens(content), 0),
    tokensAfter: estimateTokens(summary),
    messages: messages.length,
    method: 'simple',
  };
}

function toMetadata(key: string, value: object | undefined, updatedAt: number): readonly RecordedMetadata[] {
  return value === undefined ? [] : [{ key, value: JSON.stringify(value), updatedAt }];
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : parseTime(time);
}
