import * as v from 'valibot';
import { contextTypes } from '../session/contextItem';
import { parseTime } from './checkpointTime';

/** Messages of checks that are codes of problems. */
export const schemaCodes = [
  'empty-text',
  'wrong-type',
  'bad-number',
  'bad-time',
  'name-required',
  'provider-required',
  'model-required',
  'messages-required',
  'role-required',
  'role-invalid',
] as const;

/**
 * Both formats of a checkpoint: the source of the types, of the checks of structure and of the schema for editors. A
 * message of a check is the code of its problem.
 */

const text = (description: string) => v.pipe(v.string(), v.description(description));
const filledText = (description: string) => v.pipe(v.string(), v.nonEmpty('empty-text'), v.description(description));
const count = (description: string) =>
  v.pipe(v.number(), v.safeInteger('bad-number'), v.minValue(0, 'bad-number'), v.description(description));
const integer = (description: string) => v.pipe(v.number(), v.safeInteger('wrong-type'), v.description(description));
const time = (description: string) => v.pipe(v.string(), v.check(isTime, 'bad-time'), v.description(description));

function isTime(value: string): boolean {
  return parseTime(value) !== undefined;
}

const session2Schema = v.object({
  id: filledText('Id of the session. An import keeps it where it is free, so that the same file is recognised.'),
  title: text('Title as lists show it; empty while there is none.'),
  title_source: v.pipe(
    v.picklist(['none', 'derived', 'user']),
    v.description(
      'Where the title comes from: `user` when a person chose it, `derived` when it was made from a message.',
    ),
  ),
  provider: v.exactOptional(text('Provider of the last answer.')),
  model: v.exactOptional(text('Model of the last answer, as its provider calls it.')),
  skill: v.exactOptional(text('Skill of the session.')),
  directory: v.exactOptional(text('Folder that the session belongs to.')),
  git_root: v.exactOptional(text('Root of the git repository that the session belongs to.')),
  created_at: time('When the session began.'),
  updated_at: time('When its last event happened.'),
  archived_at: v.exactOptional(time('When it was archived.')),
  deleted_at: v.exactOptional(time('When it went to the trash.')),
  ended_at: v.exactOptional(time('When it was ended; such a session does not resume by itself.')),
  pinned: v.pipe(v.boolean(), v.description('Pinned sessions stay at the top and are never cleaned up.')),
  head_id: v.exactOptional(text('Last event of the branch that is shown.')),
  server_session_id: v.exactOptional(text('Id that the provider gave to the conversation.')),
  turn_status: v.pipe(
    v.picklist(['idle', 'cancelled', 'failed', 'interrupted']),
    v.description('What became of the newest turn.'),
  ),
});

const metadata2Schema = v.object({
  key: text('Name of the value, once per session.'),
  value: text('The value as text.'),
  updated_at: time('When it was set.'),
});

const context2Schema = v.object({
  type: v.pipe(v.picklist(contextTypes), v.description('Kind of the attachment.')),
  key: text('What it is taken from, as a person reads it.'),
  uri: v.exactOptional(text('Address to read it from again.')),
  value: text('Its text as it was read last.'),
  created_at: time('When it was attached.'),
});

const event2Schema = v.object({
  id: filledText('Id of the event, once per file.'),
  seq: v.pipe(
    v.number(),
    v.safeInteger('bad-number'),
    v.minValue(1, 'bad-number'),
    v.description('Position in the log; grows from event to event.'),
  ),
  parent_id: v.exactOptional(
    text('The event that this one follows; none at the root. Two with the same parent are two branches.'),
  ),
  invocation_id: text('The run of the editor that wrote the event.'),
  turn_id: v.exactOptional(text('The turn that the event belongs to: a message and all that answers it.')),
  type: text('Kind of the event, such as `user_message`, `text`, `tool_call` or `compaction`.'),
  data: v.exactOptional(v.pipe(v.unknown(), v.description('Content of the event.'))),
  raw: v.exactOptional(text('Content as stored, in place of `data`, where that could not show it without a loss.')),
  provider: v.exactOptional(text('Provider that answered.')),
  model: v.exactOptional(text('Model that answered.')),
  skill: v.exactOptional(text('Skill under which it answered.')),
  usage: v.exactOptional(
    v.pipe(
      v.union([v.record(v.string(), v.unknown()), v.string()]),
      v.description('Token counts as the provider reported them; as stored, where they cannot be read.'),
    ),
  ),
  duration_ms: v.exactOptional(
    v.pipe(v.number(), v.description('Milliseconds from the request to the end of the answer.')),
  ),
  created_at: time('When the event was stored.'),
});

const statistics2Schema = v.object({
  event_count: count('Number of events in the file.'),
  message_count: count('Messages of the person and answers with text, over all branches.'),
  user_messages: count('Messages of the person.'),
  assistant_messages: count('Answers with text.'),
});

/** Format 2.0. */
export const checkpoint2Schema = v.object({
  version: v.pipe(v.literal('2.0'), v.description('Version of the format.')),
  session: v.pipe(session2Schema, v.description('The session itself.')),
  metadata: v.exactOptional(v.pipe(v.array(metadata2Schema), v.description('Further values kept with the session.'))),
  context: v.exactOptional(v.pipe(v.array(context2Schema), v.description('What is attached to the session.'))),
  events: v.pipe(v.array(event2Schema), v.description('The whole log, every branch of it, in the order of `seq`.')),
  statistics: v.pipe(statistics2Schema, v.description('Counts that must match the events.')),
});

const listOfAny = v.array(v.unknown());

export const staged2 = {
  head: v.object({
    ...checkpoint2Schema.entries,
    metadata: v.exactOptional(listOfAny),
    context: v.exactOptional(listOfAny),
    events: listOfAny,
  }),
  lists: { metadata: metadata2Schema, context: context2Schema, events: event2Schema },
};

const message1Schema = v.object({
  role: v.pipe(
    v.string(),
    v.nonEmpty('role-required'),
    v.picklist(['user', 'assistant', 'system'], 'role-invalid'),
    v.description('Who speaks.'),
  ),
  content: text('What is said; may be empty.'),
  created_at: v.exactOptional(time('When it was said.')),
  archived: v.exactOptional(v.pipe(v.boolean(), v.description('A summary stands for it in what is sent.'))),
});

const session1Schema = v.object({
  name: v.pipe(v.string(), v.nonEmpty('name-required'), v.description('Name of the session.')),
  provider: v.pipe(v.string(), v.nonEmpty('provider-required'), v.description('Provider of the session.')),
  model: v.pipe(v.string(), v.nonEmpty('model-required'), v.description('Model of the session.')),
  skill: v.exactOptional(text('Skill of the session.')),
  project_path: v.exactOptional(text('Folder that the session was made in.')),
  created_at: v.exactOptional(time('When the session began.')),
  updated_at: v.exactOptional(time('When it changed last.')),
  metadata: v.exactOptional(v.pipe(v.record(v.string(), v.unknown()), v.description('Further values of the session.'))),
});

const context1Schema = v.object({
  project_instructions: v.exactOptional(text('Instructions of the project.')),
  files_accessed: v.exactOptional(v.pipe(v.array(v.string()), v.description('Files that were read.'))),
  working_directory: v.exactOptional(text('Folder in which the session worked.')),
});

const statistics1Schema = v.object({
  message_count: integer('Must equal the number of messages.'),
  user_messages: v.exactOptional(integer('Messages of the person.')),
  assistant_messages: v.exactOptional(integer('Messages of the assistant.')),
  total_tokens: v.exactOptional(integer('Tokens of all answers.')),
  tool_calls: v.exactOptional(integer('Calls of tools.')),
});

/** Format Atmos 1.0. */
export const checkpoint1Schema = v.object({
  version: v.pipe(v.literal('1.0'), v.description('Version of the format.')),
  exported_at: v.exactOptional(time('When the file was written.')),
  exported_by: v.exactOptional(text('Who wrote it.')),
  session: v.pipe(session1Schema, v.description('The session itself.')),
  messages: v.pipe(
    v.array(message1Schema),
    v.minLength(1, 'messages-required'),
    v.description('The conversation, oldest first.'),
  ),
  context: v.exactOptional(v.pipe(context1Schema, v.description('Where the session worked.'))),
  statistics: v.pipe(statistics1Schema, v.description('Counts; the number of messages must match.')),
});

export const staged1 = {
  head: v.object({ ...checkpoint1Schema.entries, messages: listOfAny }),
  lists: { messages: message1Schema },
};
