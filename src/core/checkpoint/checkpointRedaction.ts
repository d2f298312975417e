import type { Checkpoint2 } from './checkpoint';
import { freeName, Redactor, type NamedFolder } from './redactor';

export type RedactionCounts = Redactor['counts'];
export type RedactionKind = keyof RedactionCounts;

export interface RedactionOptions {
  readonly userName: string;
  readonly homeFolder: string;
  readonly redact: Readonly<Record<RedactionKind, boolean>>;
}

export interface Redacted {
  readonly checkpoint: Checkpoint2;
  /** Places that were replaced. */
  readonly counts: RedactionCounts;
}

type CheckpointEvent = Checkpoint2['events'][number];
type CheckpointContext = NonNullable<Checkpoint2['context']>;

/** Fields of events by which others are found, or whose value is one of a few. */
const kept: ReadonlySet<string> = new Set(['id', 'tool_use_id', 'compaction_id', 'role', 'finish', 'method']);

/**
 * A copy of the checkpoint without what should not leave this machine: the user's name, paths that lead into the home
 * folder or the session's own folder, and what looks like a secret. Ids stay, and so does what the format prescribes.
 */
export function redactCheckpoint(checkpoint: Checkpoint2, options: RedactionOptions): Redacted {
  const { session, metadata, context, events } = checkpoint;
  const redactor = new Redactor({ ...options, folders: foldersOf(session, options.homeFolder) });
  const shown = redactSession(session, redactor);
  const redacted: Checkpoint2 = {
    ...checkpoint,
    session: options.redact.paths ? withoutFolders(shown) : shown,
    ...(metadata === undefined
      ? {}
      : { metadata: metadata.map((entry) => ({ ...entry, value: redactor.named(entry.key, entry.value) })) }),
    ...(context === undefined ? {} : { context: redactContext(context, redactor) }),
    events: events.map((event) => redactEvent(event, redactor)),
  };
  return { checkpoint: redacted, counts: redactor.counts };
}

function foldersOf({ directory, git_root }: Checkpoint2['session'], homeFolder: string): readonly NamedFolder[] {
  return [
    ...[directory, git_root].flatMap((folder) => (folder === undefined ? [] : [{ folder, placeholder: '.' }])),
    { folder: homeFolder, placeholder: '~' },
  ].sort((a, b) => b.folder.length - a.folder.length);
}

function redactSession(session: Checkpoint2['session'], redactor: Redactor): Checkpoint2['session'] {
  const { directory, git_root } = session;
  return {
    ...session,
    title: redactor.text(session.title),
    ...redactOrigin(session, redactor),
    ...(directory === undefined ? {} : { directory: redactor.text(directory) }),
    ...(git_root === undefined ? {} : { git_root: redactor.text(git_root) }),
  };
}

/** A placeholder is no folder to belong to: the copy belongs to where it is imported. */
function withoutFolders({ directory, git_root, ...rest }: Checkpoint2['session']): Checkpoint2['session'] {
  return rest;
}

/** A model of a local server may be named by its file. */
function redactOrigin(
  { provider, model, skill }: Pick<CheckpointEvent, 'provider' | 'model' | 'skill'>,
  redactor: Redactor,
): Pick<CheckpointEvent, 'provider' | 'model' | 'skill'> {
  return {
    ...(provider === undefined ? {} : { provider: redactor.text(provider) }),
    ...(model === undefined ? {} : { model: redactor.text(model) }),
    ...(skill === undefined ? {} : { skill: redactor.text(skill) }),
  };
}

function redactContext(context: CheckpointContext, redactor: Redactor): CheckpointContext {
  const taken = new Set<string>();
  return context.map((item) => {
    // A type has no space in it.
    const name = freeName(`${item.type} ${redactor.text(item.key)}`, taken);
    taken.add(name);
    const key = name.slice(item.type.length + 1);
    return {
      ...item,
      key,
      ...(item.uri === undefined ? {} : { uri: redactor.text(item.uri) }),
      value: redactor.text(item.value),
    };
  });
}

function redactEvent(event: CheckpointEvent, redactor: Redactor): CheckpointEvent {
  return {
    ...event,
    ...('data' in event ? { data: redactor.json(event.data, kept) } : {}),
    ...(event.raw === undefined ? {} : { raw: redactor.raw(event.raw) }),
    ...redactOrigin(event, redactor),
    ...(typeof event.usage === 'string' ? { usage: redactor.raw(event.usage) } : {}),
  };
}
