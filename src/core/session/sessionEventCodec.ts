import type { ModelRef } from './session';
import type {
  CompactionMethod,
  DamagedBody,
  EventBody,
  EventBodyOf,
  EventType,
  Json,
  OpaqueBody,
  StoredBody,
  TextError,
  TextFinish,
} from './sessionEvent';
import {
  count,
  FieldError,
  flag,
  isFields,
  json,
  optional,
  required,
  text,
  textOrNull,
  type Fields,
} from './eventFields';

/**
 * The stored form of an event: the type in a column, the rest as JSON with snake_case names. It is written apart
 * from the types in memory, so that either can change while everything stored before still loads.
 */
export interface EncodedBody {
  readonly type: string;
  /** JSON text. Characters that SQLite text cannot hold are escaped in it. */
  readonly data: string;
}

interface BodyCodec<T extends EventType> {
  readonly encode: (body: EventBodyOf<T>) => Fields;
  /** Throws `FieldError` when a field is missing or of another kind. */
  readonly decode: (fields: Fields) => EventBodyOf<T>;
}

const finishes: readonly TextFinish[] = ['completed', 'cancelled', 'failed', 'interrupted', 'length'];
const compactionMethods: readonly CompactionMethod[] = ['model', 'simple'];

const codecs: { readonly [T in EventType]: BodyCodec<T> } = {
  user_message: {
    encode: ({ content, context }) => ({ content, context }),
    decode: (fields) => ({
      type: 'user_message',
      content: text(fields, 'content'),
      ...optional('context', json(fields, 'context')),
    }),
  },
  text: {
    encode: ({ content, finish, error, providerState }) => ({
      content,
      finish,
      error,
      provider_state: providerState,
    }),
    decode: (fields) => ({
      type: 'text',
      content: text(fields, 'content'),
      finish: finish(fields),
      ...optional('error', textError(fields)),
      ...optional('providerState', json(fields, 'provider_state')),
    }),
  },
  reasoning: {
    encode: ({ content, providerState }) => ({ content, provider_state: providerState }),
    decode: (fields) => ({
      type: 'reasoning',
      content: text(fields, 'content'),
      ...optional('providerState', json(fields, 'provider_state')),
    }),
  },
  tool_call: {
    encode: ({ id, name, input, providerState }) => ({ id, name, input, provider_state: providerState }),
    decode: (fields) => ({
      type: 'tool_call',
      id: text(fields, 'id'),
      name: text(fields, 'name'),
      input: required(fields, 'input') as Json,
      ...optional('providerState', json(fields, 'provider_state')),
    }),
  },
  tool_result: {
    encode: ({ toolUseId, content, isError }) => ({ tool_use_id: toolUseId, content, is_error: isError }),
    decode: (fields) => ({
      type: 'tool_result',
      toolUseId: text(fields, 'tool_use_id'),
      content: text(fields, 'content'),
      isError: flag(fields, 'is_error'),
    }),
  },
  out_of_band_output: {
    encode: ({ name, command, content }) => ({ name, command, content }),
    decode: (fields) => ({
      type: 'out_of_band_output',
      name: text(fields, 'name'),
      command: textOrNull(fields, 'command'),
      content: text(fields, 'content'),
    }),
  },
  system_context: {
    encode: ({ content }) => ({ content }),
    decode: (fields) => ({ type: 'system_context', content: text(fields, 'content') }),
  },
  skill_invocation: {
    encode: ({ name, arguments: args, content, context }) => ({ name, arguments: args, content, context }),
    decode: (fields) => ({
      type: 'skill_invocation',
      name: text(fields, 'name'),
      arguments: textOrNull(fields, 'arguments'),
      content: text(fields, 'content'),
      ...optional('context', json(fields, 'context')),
    }),
  },
  compaction: {
    encode: (body) => ({
      summary: body.summary,
      from_seq: body.fromSeq,
      to_seq: body.toSeq,
      tokens_before: body.tokensBefore,
      tokens_after: body.tokensAfter,
      model: body.model,
      messages: body.messages,
      method: body.method,
    }),
    decode: (fields) => ({
      type: 'compaction',
      summary: text(fields, 'summary'),
      fromSeq: count(fields, 'from_seq'),
      toSeq: count(fields, 'to_seq'),
      tokensBefore: count(fields, 'tokens_before'),
      tokensAfter: count(fields, 'tokens_after'),
      ...optional('model', textOrNull(fields, 'model') ?? undefined),
      ...optional('messages', (fields['messages'] ?? null) === null ? undefined : count(fields, 'messages')),
      ...optional('method', compactionMethod(fields)),
    }),
  },
  compaction_undone: {
    encode: ({ compactionId }) => ({ compaction_id: compactionId }),
    decode: (fields) => ({ type: 'compaction_undone', compactionId: text(fields, 'compaction_id') }),
  },
  model_changed: {
    encode: ({ from, to }) => ({ from, to }),
    decode: (fields) => ({
      type: 'model_changed',
      from: fields['from'] === null ? null : modelRef(fields, 'from'),
      to: modelRef(fields, 'to'),
    }),
  },
  skill_changed: {
    encode: ({ from, to }) => ({ from, to }),
    decode: (fields) => ({
      type: 'skill_changed',
      from: textOrNull(fields, 'from'),
      to: required(fields, 'to') === null ? null : text(fields, 'to'),
    }),
  },
  title_changed: {
    encode: ({ from, to }) => ({ from, to }),
    decode: (fields) => ({
      type: 'title_changed',
      from: text(fields, 'from'),
      to: text(fields, 'to'),
    }),
  },
};

/** Events that were written as one kind with a role are read as what the role stands for. */
const roleMessageType = 'message';

export function encodeEventBody(body: EventBody): EncodedBody {
  const codec = codecs[body.type] as BodyCodec<EventType>;
  return { type: body.type, data: JSON.stringify(codec.encode(body)) };
}

/** Never throws: what cannot be understood comes back as `opaque` or `damaged`, with its data untouched. */
export function decodeEventBody(type: string, data: string): StoredBody {
  if (type !== roleMessageType && !isEventType(type)) {
    return opaque(type, data);
  }
  try {
    const fields = parseFields(data);
    return isEventType(type) ? codecs[type].decode(fields) : fromRole(fields);
  } catch (error) {
    if (!(error instanceof FieldError)) {
      throw error;
    }
    return damaged(type, data, error.message);
  }
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(codecs, type);
}

function fromRole(fields: Fields): EventBody {
  const content = text(fields, 'content');
  switch (fields['role']) {
    case 'user':
      return { type: 'user_message', content };
    case 'assistant':
      return { type: 'text', content, finish: 'completed' };
    case 'system':
      return { type: 'system_context', content };
    default:
      throw new FieldError('role');
  }
}

function opaque(eventType: string, data: string): OpaqueBody {
  return { type: 'opaque', eventType, data };
}

function damaged(eventType: string, data: string, reason: string): DamagedBody {
  return { type: 'damaged', eventType, data, reason };
}

/** The reason of a damaged event is `json` or the name of the field that cannot be read. */
function parseFields(data: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new FieldError('json');
  }
  if (!isFields(value)) {
    throw new FieldError('json');
  }
  return value;
}

/** Text without a finish comes from a store that wrote only finished answers. */
function finish(fields: Fields): TextFinish {
  const value = Object.hasOwn(fields, 'finish') ? fields['finish'] : 'completed';
  const known = finishes.find((candidate) => candidate === value);
  if (known === undefined) {
    throw new FieldError('finish');
  }
  return known;
}

/** A summary counts for more than how it was made: a method of a later version is left out. */
function compactionMethod(fields: Fields): CompactionMethod | undefined {
  return compactionMethods.find((method) => method === fields['method']);
}

function textError(fields: Fields): TextError | undefined {
  const value = fields['error'];
  if (value === undefined) {
    return undefined;
  }
  if (!isFields(value)) {
    throw new FieldError('error');
  }
  const args = value['args'];
  if (!isFields(args) || !Object.values(args).every(isArgument)) {
    throw new FieldError('error.args');
  }
  return { code: text(value, 'code'), args: args as TextError['args'] };
}

function isArgument(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function modelRef(fields: Fields, name: string): ModelRef {
  const value = required(fields, name);
  if (!isFields(value)) {
    throw new FieldError(name);
  }
  return { provider: text(value, 'provider'), model: text(value, 'model') };
}
