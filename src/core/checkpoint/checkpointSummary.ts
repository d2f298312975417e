import type { ModelRef } from '../session/session';
import type { RecordedEvent } from '../session/sessionRecord';
import { decodeEventBody } from '../session/sessionEventCodec';
import { startsTurn } from '../session/startsTurn';
import type { Checkpoint1, Checkpoint2, CheckpointProblem } from './checkpoint';
import { checkpointToRecord } from './checkpointMapper';
import { parseTime } from './checkpointTime';
import { maxArchivedRuns } from './checkpointV1';
import { branchOf, undoneCompactions } from './recordBranch';

/** What an import cannot take over. */
export type CheckpointLoss = 'unknown-fields' | 'export-details' | 'statistics';

export interface CheckpointSummary {
  readonly version: '1.0' | '2.0';
  readonly title: string;
  /** Over all branches. */
  readonly messages: { readonly user: number; readonly assistant: number; readonly system: number };
  /** Each once, in the order of their first answer. */
  readonly models: readonly ModelRef[];
  /** Unix ms of the first and the last message; null where none has a time. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  /** Ends of the conversation: 1 where it has no branches, 0 where it is empty. */
  readonly branches: number;
  /** Summaries on the branch shown that were not taken back; for 1.0 those that an import makes. */
  readonly compactions: number;
  readonly losses: readonly CheckpointLoss[];
}

type Message = Pick<Checkpoint1['messages'][number], 'role'> & {
  readonly at: number | undefined;
  readonly model?: ModelRef;
};

type Parts = Pick<CheckpointSummary, 'title' | 'branches' | 'compactions' | 'losses'> & {
  readonly messages: readonly Message[];
};

/** What a person wants to know before an import; `problems` are those of parsing. */
export function summarizeCheckpoint(
  document: Checkpoint1 | Checkpoint2,
  problems: readonly CheckpointProblem[] = [],
): CheckpointSummary {
  const { messages, losses, ...parts } = document.version === '1.0' ? partsOf1(document) : partsOf2(document);
  const count = (role: Message['role']): number => messages.filter((message) => message.role === role).length;
  const times = messages.flatMap(({ at }) => at ?? []);
  return {
    version: document.version,
    ...parts,
    messages: { user: count('user'), assistant: count('assistant'), system: count('system') },
    models: distinct(messages.flatMap(({ model }) => model ?? [])),
    firstAt: times.reduce<number | null>((first, at) => Math.min(first ?? at, at), null),
    lastAt: times.reduce<number | null>((last, at) => Math.max(last ?? at, at), null),
    losses: [
      ...(problems.some(({ code }) => code === 'unknown-field') ? (['unknown-fields'] as const) : []),
      ...losses,
    ],
  };
}

function partsOf1(checkpoint: Checkpoint1): Parts {
  const { provider, model, name } = checkpoint.session;
  const { messages } = checkpoint;
  const runs = messages.filter(({ archived }, index) => archived === true && messages[index - 1]?.archived !== true);
  return {
    title: name,
    messages: messages.map(({ role, created_at }) => ({
      role,
      at: created_at === undefined ? undefined : parseTime(created_at),
      ...(role === 'assistant' ? { model: { provider, model } } : {}),
    })),
    branches: 1,
    compactions: Math.min(runs.length, maxArchivedRuns),
    losses: lossesOf1(checkpoint),
  };
}

function partsOf2(checkpoint: Checkpoint2): Parts {
  const record = checkpointToRecord(checkpoint);
  const parents = new Set(record.events.map(({ parentId }) => parentId));
  const branch = branchOf(record);
  const undone = undoneCompactions(branch);
  return {
    title: record.session.title,
    messages: record.events.flatMap((event) => toMessage(event) ?? []),
    branches: record.events.filter(({ id }) => !parents.has(id)).length,
    compactions: branch.filter(({ event, body }) => body.type === 'compaction' && !undone.has(event.id)).length,
    losses: [],
  };
}

function toMessage({ type, data, provider, model, createdAt: at }: RecordedEvent): Message | undefined {
  const body = decodeEventBody(type, data);
  if (startsTurn(body)) {
    return { role: 'user', at };
  }
  if (body.type === 'system_context') {
    return { role: 'system', at };
  }
  const answeredBy = provider === null || model === null ? {} : { model: { provider, model } };
  return body.type === 'text' && body.content !== '' ? { role: 'assistant', at, ...answeredBy } : undefined;
}

function lossesOf1({ exported_at, exported_by, statistics }: Checkpoint1): CheckpointSummary['losses'] {
  return [
    ...(exported_at === undefined && exported_by === undefined ? [] : (['export-details'] as const)),
    ...((statistics.total_tokens ?? 0) === 0 && (statistics.tool_calls ?? 0) === 0 ? [] : (['statistics'] as const)),
  ];
}

function distinct(models: readonly ModelRef[]): readonly ModelRef[] {
  return [...new Map(models.map((ref) => [JSON.stringify([ref.provider, ref.model]), ref])).values()];
}
