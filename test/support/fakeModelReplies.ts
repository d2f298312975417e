/** One HTTP request as the server saw it. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bodyText: string;
  /** The parsed JSON body; `undefined` when there was none or it did not parse. */
  readonly body: unknown;
  /** True once the client closed the connection before the reply was complete. */
  readonly aborted: boolean;
  /** Settles when the reply was sent whole (`'sent'`) or the connection closed first (`'closed'`). */
  readonly finished: Promise<'sent' | 'closed'>;
}

/** One step of a streamed reply. Steps run in order; after the last the response ends. */
export type ReplyStep =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | {
      readonly kind: 'toolCall';
      readonly index?: number;
      readonly id?: string;
      readonly name?: string;
      readonly arguments: string;
    }
  | { readonly kind: 'finish'; readonly reason: string }
  | { readonly kind: 'usage'; readonly promptTokens: number; readonly completionTokens: number }
  | { readonly kind: 'done' }
  /** An error object as a data event, after the 200 has been sent. */
  | { readonly kind: 'error'; readonly message: string; readonly code?: string }
  /** Bytes sent exactly as they are. */
  | { readonly kind: 'raw'; readonly data: string | Uint8Array }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Waits for a promise of the test's, so that a test decides when the stream goes on. */
  | { readonly kind: 'gate'; readonly until: Promise<unknown> }
  /** Keeps the connection open and sends nothing more. */
  | { readonly kind: 'stall' }
  /** Resets the connection (RST). */
  | { readonly kind: 'drop' };

/** Steps that put bytes on the wire. */
export type SentStep = Exclude<ReplyStep, { readonly kind: 'delay' | 'gate' | 'stall' | 'drop' }>;

/** How one request is answered. */
export type FakeReply =
  | {
      readonly kind: 'stream';
      readonly steps: Iterable<ReplyStep>;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection is reset before any byte. */
  | { readonly kind: 'drop' }
  /** The connection stays open without a byte, not even headers. */
  | { readonly kind: 'silent' }
  /** Chooses the reply from the request. */
  | {
      readonly kind: 'dynamic';
      readonly reply: (request: RecordedRequest) => FakeReply | Promise<FakeReply>;
    };

const ending: readonly ReplyStep[] = [
  { kind: 'finish', reason: 'stop' },
  { kind: 'usage', promptTokens: 10, completionTokens: 5 },
  { kind: 'done' },
];

/** A well-formed stream of these text pieces, with finish reason, usage and `[DONE]`. */
export function streamReply(...pieces: readonly string[]): FakeReply {
  return stepsReply([...pieces.map((text): ReplyStep => ({ kind: 'text', text })), ...ending]);
}

/** A stream of exactly these steps; nothing is added. */
export function stepsReply(steps: Iterable<ReplyStep>, headers: Readonly<Record<string, string>> = {}): FakeReply {
  return { kind: 'stream', steps, headers };
}

/** A plain HTTP answer; the body is an OpenAI error object unless given. */
export function statusReply(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string = JSON.stringify({ error: { message: `Fake status ${status}`, type: 'fake_error' } }),
): FakeReply {
  return { kind: 'status', status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** A web page with status 200, as a captive portal or a wrong address gives. */
export function htmlReply(): FakeReply {
  return statusReply(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title><h1>Sign in</h1>');
}

/** Sends the pieces, then nothing more, leaving the connection open. */
export function stallReply(...pieces: readonly string[]): FakeReply {
  return stepsReply([...textSteps(pieces), { kind: 'stall' }]);
}

/** Sends the pieces, then resets the connection; without pieces it is reset before any byte. */
export function dropReply(...pieces: readonly string[]): FakeReply {
  if (pieces.length === 0) return { kind: 'drop' };
  // The pause lets the pieces leave before the reset, which discards unsent bytes.
  return stepsReply([...textSteps(pieces), { kind: 'delay', ms: 50 }, { kind: 'drop' }]);
}

/** Sends the pieces, then an error object inside the stream. */
export function errorEventReply(message: string, ...pieces: readonly string[]): FakeReply {
  return stepsReply([...textSteps(pieces), { kind: 'error', message }]);
}

/** Sends the pieces and ends the response without finish reason and without `[DONE]`. */
export function unfinishedReply(...pieces: readonly string[]): FakeReply {
  return stepsReply(textSteps(pieces));
}

/** Sends the pieces, then a data line that is not JSON. */
export function malformedReply(...pieces: readonly string[]): FakeReply {
  return stepsReply([
    ...textSteps(pieces),
    { kind: 'raw', data: 'data: {"choices": [{"delta": {"con\n\n' },
    { kind: 'done' },
  ]);
}

/** Streams `totalBytes` bytes of text in pieces of `pieceBytes`, made on the fly. */
export function hugeReply(totalBytes: number, pieceBytes = 65_536): FakeReply {
  return stepsReply(hugeSteps(totalBytes, pieceBytes));
}

function* hugeSteps(totalBytes: number, pieceBytes: number): Generator<ReplyStep> {
  for (let left = totalBytes; left > 0; left -= pieceBytes) {
    yield { kind: 'text', text: 'x'.repeat(Math.min(left, pieceBytes)) };
  }
  yield* ending;
}

function textSteps(pieces: readonly string[]): ReplyStep[] {
  return pieces.map((text) => ({ kind: 'text', text }));
}

/** The bytes of a step, as a server-sent event of the OpenAI protocol. */
export function renderStep(step: SentStep): string | Uint8Array {
  switch (step.kind) {
    case 'text':
      return chunk({ content: step.text });
    case 'reasoning':
      return chunk({ reasoning_content: step.text });
    case 'toolCall':
      return chunk({
        tool_calls: [
          {
            index: step.index ?? 0,
            ...(step.id === undefined ? {} : { id: step.id, type: 'function' }),
            function: {
              ...(step.name === undefined ? {} : { name: step.name }),
              arguments: step.arguments,
            },
          },
        ],
      });
    case 'finish':
      return chunk({}, step.reason);
    case 'usage':
      return dataEvent({
        ...envelope,
        choices: [],
        usage: {
          prompt_tokens: step.promptTokens,
          completion_tokens: step.completionTokens,
          total_tokens: step.promptTokens + step.completionTokens,
        },
      });
    case 'done':
      return 'data: [DONE]\n\n';
    case 'error':
      return dataEvent({ error: { message: step.message, type: 'server_error', code: step.code ?? null } });
    case 'raw':
      return step.data;
  }
}

const envelope = {
  id: 'fake-completion',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'fake-model',
};

function chunk(delta: object, finishReason: string | null = null): string {
  return dataEvent({ ...envelope, choices: [{ index: 0, delta, finish_reason: finishReason }] });
}

function dataEvent(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
