import * as v from 'valibot';
import { contextTypes } from '../core/session/contextItem';
import type { EventId, SessionId, TurnId } from '../core/session/session';
import type { ChatMethod, ParamsOf } from './chatProtocol';
import type { GuardResult } from './rpcEndpoint';

/** Most characters of a message, a draft or a code block that the host takes from the view. */
export const maxTextLength = 2_000_000;
/** Copying may carry a whole answer, which can be longer than anything that is typed. */
export const maxClipboardLength = 16_000_000;
const maxIdLength = 128;
const maxTitleLength = 10_000;
const maxHrefLength = 8_192;
const maxLanguageLength = 64;
/** A key has a path in it, an address at most what a link may be. */
const maxKeyLength = 4_096;
/** Files that are attached with one drop. */
export const maxUris = 100;
/** Parts of one answer. */
const maxEventIds = 10_000;

/** Brands are for the compiler: at run time an id is a short text. */
const id = <T extends string>(): v.GenericSchema<unknown, T> =>
  v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(maxIdLength),
    v.regex(/^[\w:.-]+$/),
    v.transform((text) => text as T),
  );

const text = (length: number): v.GenericSchema<unknown, string> => v.pipe(v.string(), v.maxLength(length));
const finite = v.pipe(v.number(), v.finite());
const nothing = v.strictObject({});
const session = v.strictObject({ sessionId: id<SessionId>() });

const name = v.pipe(text(maxIdLength), v.regex(/^[\w-]+$/));
const contextKey = {
  sessionId: id<SessionId>(),
  type: v.picklist(contextTypes),
  key: v.pipe(text(maxKeyLength), v.minLength(1)),
};

const memory = v.strictObject({
  draft: text(maxTextLength),
  scroll: v.nullable(v.strictObject({ eventId: id<EventId>(), offset: finite })),
});

/** A schema per method, so that a method without one does not compile. */
const paramSchemas: { readonly [M in ChatMethod]: v.GenericSchema<unknown, ParamsOf<M>> } = {
  'session/ready': v.strictObject({ protocolVersion: finite }),
  'session/loadOlder': v.strictObject({ sessionId: id<SessionId>(), before: id<EventId>() }),
  'session/new': nothing,
  'session/open': session,
  'session/rename': v.strictObject({
    sessionId: id<SessionId>(),
    title: v.exactOptional(text(maxTitleLength)),
  }),
  'session/pick': nothing,
  'turn/start': v.pipe(
    v.strictObject({
      sessionId: id<SessionId>(),
      text: text(maxTextLength),
      clientMessageId: id<string>(),
      skill: v.exactOptional(name),
    }),
    // A skill may be called without another word.
    v.check((message) => message.skill !== undefined || /\S/.test(message.text)),
  ),
  'queue/remove': v.strictObject({ sessionId: id<SessionId>(), clientMessageId: id<string>() }),
  'queue/send': session,
  'turn/cancel': v.strictObject({ turnId: id<TurnId>() }),
  'turn/retry': session,
  'turn/continue': session,
  'turn/regenerate': v.strictObject({ sessionId: id<SessionId>(), eventId: id<EventId>() }),
  'tool/respond': v.strictObject({
    turnId: id<TurnId>(),
    // Made by the provider, so any characters may be in it.
    callId: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
    decision: v.picklist(['once', 'session', 'always', 'deny']),
  }),
  'model/pick': nothing,
  'skill/pick': v.strictObject({ name: v.exactOptional(text(maxIdLength)) }),
  'context/attach': session,
  'context/attachUris': v.strictObject({
    sessionId: id<SessionId>(),
    uris: v.pipe(v.array(v.pipe(text(maxHrefLength), v.minLength(1))), v.minLength(1), v.maxLength(maxUris)),
  }),
  'context/remove': v.strictObject(contextKey),
  'context/open': v.strictObject(contextKey),
  'compaction/start': session,
  'compaction/undo': v.strictObject({ sessionId: id<SessionId>(), eventId: id<EventId>() }),
  'session/export': session,
  'session/import': nothing,
  'provider/add': nothing,
  'memory/save': v.strictObject({ sessionId: id<SessionId>(), memory }),
  'clipboard/write': v.strictObject({ text: text(maxClipboardLength) }),
  'session/copy': session,
  'message/open': v.strictObject({ sessionId: id<SessionId>(), eventId: id<EventId>() }),
  'message/copy': v.strictObject({
    sessionId: id<SessionId>(),
    eventIds: v.pipe(v.array(id<EventId>()), v.minLength(1), v.maxLength(maxEventIds)),
  }),
  'code/insert': v.strictObject({ code: text(maxTextLength) }),
  'code/open': v.strictObject({ code: text(maxTextLength), language: text(maxLanguageLength) }),
  'link/open': v.strictObject({ href: text(maxHrefLength) }),
  'store/retry': nothing,
  'store/useMemory': nothing,
  'store/restore': nothing,
  'store/acceptLoss': nothing,
  'workspace/trust': nothing,
  'workspace/openFolder': nothing,
  'sessions/show': nothing,
  'diagnostics/copy': nothing,
};

const requestId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const requestSchema = v.strictObject({
  kind: v.literal('request'),
  id: requestId,
  method: v.string(),
  params: v.unknown(),
});
const cancelSchema = v.strictObject({ kind: v.literal('cancel'), id: requestId });
const addressedSchema = v.object({ kind: v.literal('request'), id: requestId });

const isChatMethod = (method: string): method is ChatMethod => Object.hasOwn(paramSchemas, method);

/**
 * Checks a message of the view. A request that can be answered but not understood comes back as `invalid-request`,
 * so that it settles; everything else that is not exactly of the protocol is dropped. Never throws.
 */
export function guardViewMessage(message: unknown): GuardResult {
  const cancel = v.safeParse(cancelSchema, message);
  if (cancel.success) {
    return { kind: 'valid', message: cancel.output };
  }
  const request = v.safeParse(requestSchema, message);
  if (request.success) {
    const { id: messageId, method, params } = request.output;
    const checked = isChatMethod(method) ? v.safeParse(paramSchemas[method], params) : undefined;
    return isChatMethod(method) && checked?.success === true
      ? { kind: 'valid', message: { kind: 'request', id: messageId, method, params: checked.output } }
      : { kind: 'invalid-request', id: messageId };
  }
  const addressed = v.safeParse(addressedSchema, message);
  return addressed.success ? { kind: 'invalid-request', id: addressed.output.id } : { kind: 'dropped' };
}
