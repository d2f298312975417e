import { AppError, isAppError, isCancellation, type ErrorCode } from '../../core/base/errors';
import { errorDetail } from './errorDetail';
import { retryAfterMs } from './responseHeaders';

export interface ErrorContext {
  /** Provider id. */
  readonly provider: string;
  readonly host: string;
  /** Texts that must not stand in any error. */
  readonly secrets: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** What the provider packages put into their errors, as far as it is needed; read by shape, since each package brings its own classes. */
interface ErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly cause?: unknown;
  readonly statusCode?: unknown;
  readonly responseHeaders?: unknown;
  readonly responseBody?: unknown;
}

const maxDepth = 6;

const networkCodes: Readonly<Record<string, readonly [ErrorCode, string?]>> = {
  ECONNREFUSED: ['model/unreachable', 'refused'],
  EHOSTUNREACH: ['model/unreachable', 'refused'],
  ENETUNREACH: ['model/unreachable', 'refused'],
  ENOTFOUND: ['model/unreachable', 'dns'],
  EAI_AGAIN: ['model/unreachable', 'dns'],
  ETIMEDOUT: ['model/unreachable', 'timeout'],
  UND_ERR_CONNECT_TIMEOUT: ['model/unreachable', 'timeout'],
  ECONNRESET: ['model/connection-lost'],
  EPIPE: ['model/connection-lost'],
  UND_ERR_SOCKET: ['model/connection-lost'],
  UND_ERR_HEADERS_TIMEOUT: ['model/first-byte-timeout'],
  UND_ERR_BODY_TIMEOUT: ['model/idle-timeout'],
};

const tlsCode = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO|HOSTNAME_MISMATCH)/;
const contextWords =
  /context[ _-]?(length|window|size)|maximum context|too many tokens|prompt is too long|input is too long|max(imum)?[ _-]?(input|prompt)?[ _-]?tokens.{0,40}exceed|exceeds?.{0,40}(token|context)/i;
const blockedWords = /content[ _-]?(filter|policy|management)|responsible ai|safety (system|settings)|blocked by/i;
const quotaWords = /insufficient[ _-]?quota|exceeded your current quota|billing|credit balance|payment/i;

/**
 * Any failure of a request as a `model/*` or `provider/*` error. What caused it is told by its name alone: the errors of
 * the packages hold the whole request with its key, and quote the answer.
 */
export function toModelError(error: unknown, context: ErrorContext): AppError {
  const chain = causes(error);
  const own = chain.find((link) => isAppError(link));
  if (isAppError(own)) {
    return withoutSecrets(own, context);
  }
  if (isCancellation(error)) {
    return new AppError('cancelled');
  }
  const status = chain
    .map((link) => link.statusCode)
    .find((value): value is number => typeof value === 'number' && value >= 400);
  if (status !== undefined) {
    return fromStatus(status, chain, context);
  }
  return fromNetwork(chain, context) ?? fromPackage(chain, context);
}

/** An error object that a provider sent inside a stream, or as the whole body of a 200. */
export function fromErrorObject(value: unknown, context: ErrorContext): AppError {
  const shape: ErrorShape = isRecord(value) ? value : { message: String(value) };
  if (isRecord(value) && isRecord(value['error'])) {
    return fromErrorObject(value['error'], context);
  }
  const kind = `${text(shape.type)} ${text(shape.code)}`;
  const status = numberOf(shape.statusCode) ?? numberOf(shape.code) ?? statusOfKind(kind);
  return fromStatus(status, [shape], context);
}

function fromStatus(status: number, chain: readonly ErrorShape[], context: ErrorContext): AppError {
  const headers = new Headers(chain.map((link) => link.responseHeaders).find(isHeaderRecord) ?? {});
  const body = chain.map((link) => text(link.responseBody)).find((part) => part !== '') ?? '';
  const said = `${chain.map((link) => `${text(link.type)} ${text(link.code)} ${text(link.message)}`).join(' ')} ${body}`;
  const code = codeOfStatus(status, said);
  const wait = retryAfterMs(headers, context.now) ?? retryDelayOfBody(body);
  return new AppError(code, {
    args: {
      ...baseArgs(context),
      status,
      ...detailArg(chain, context),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
      ...(code === 'model/rate-limited' && quotaWords.test(said) ? { reason: 'quota' } : {}),
    },
    cause: namesOf(chain),
  });
}

function codeOfStatus(status: number, said: string): ErrorCode {
  if (status === 413 || ((status === 400 || status === 422) && contextWords.test(said))) {
    return 'model/context-too-long';
  }
  switch (status) {
    case 401:
      return 'model/unauthorized';
    case 402:
    case 403:
      return blockedWords.test(said) ? 'model/blocked' : 'model/forbidden';
    case 404:
      return 'model/not-found';
    case 408:
    case 500:
    case 502:
    case 504:
      return 'model/server-error';
    case 429:
      return 'model/rate-limited';
    case 503:
    case 529:
      return 'model/overloaded';
    default:
      return status >= 500 ? 'model/server-error' : blockedWords.test(said) ? 'model/blocked' : 'model/bad-request';
  }
}

/** Error objects inside a stream name a kind where a response would have a status. */
function statusOfKind(kind: string): number {
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/overloaded|unavailable/i, 529],
    [/rate_limit|resource_exhausted|throttl|quota/i, 429],
    [/authentication|unauthenticated|invalid_api_key/i, 401],
    [/permission/i, 403],
    [/not_found/i, 404],
    [/too_large/i, 413],
    [/invalid_request|invalid_argument|context_length|content_filter|invalid_prompt/i, 400],
  ];
  return kinds.find(([pattern]) => pattern.test(kind))?.[1] ?? 500;
}

function fromNetwork(chain: readonly ErrorShape[], context: ErrorContext): AppError | undefined {
  for (const link of chain) {
    const code = text(link.code);
    const known = networkCodes[code] ?? (tlsCode.test(code) ? (['model/unreachable', 'tls'] as const) : undefined);
    if (known !== undefined) {
      const [errorCode, reason] = known;
      return new AppError(errorCode, {
        args: { ...baseArgs(context), detail: code, ...(reason === undefined ? {} : { reason }) },
        cause: namesOf(chain),
      });
    }
  }
  // A body that breaks off is told by this word alone in some versions of the platform.
  const broken = chain.some((link) =>
    /^terminated$|other side closed|socket hang up|premature close/i.test(text(link.message)),
  );
  const failed = chain.some((link) => /fetch failed|failed to fetch|cannot connect to api/i.test(text(link.message)));
  return broken || failed
    ? new AppError(broken ? 'model/connection-lost' : 'model/unreachable', {
        args: { ...baseArgs(context), ...detailArg(chain, context) },
        cause: namesOf(chain),
      })
    : undefined;
}

/** Failures that the provider packages find themselves, told apart by their names. */
function fromPackage(chain: readonly ErrorShape[], context: ErrorContext): AppError {
  const cause = namesOf(chain);
  const args = { ...baseArgs(context), ...detailArg(chain, context) };
  const names = new Set(chain.map((link) => text(link.name)));
  if (names.has('AI_LoadAPIKeyError')) {
    return new AppError('model/key-missing', { args: baseArgs(context), cause });
  }
  if (names.has('AI_NoSuchModelError')) {
    return new AppError('model/not-found', { args, cause });
  }
  if (
    names.has('AI_UnsupportedFunctionalityError') ||
    names.has('AI_InvalidPromptError') ||
    names.has('AI_InvalidArgumentError')
  ) {
    return new AppError('model/bad-request', { args, cause });
  }
  if (chain.some((link) => /ended without a finish reason/i.test(text(link.message)))) {
    return new AppError('model/incomplete', { args: baseArgs(context), cause });
  }
  // What is left, wrong JSON above all, may quote the answer: the names of the errors say enough.
  return new AppError('model/malformed', {
    args: { ...baseArgs(context), detail: cause },
    cause,
  });
}

/** A host or a few words of the provider may stand in the arguments. */
function withoutSecrets({ code, args }: AppError, { secrets }: ErrorContext): AppError {
  const clean = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'string' ? errorDetail(value, secrets) : value,
  ]);
  return new AppError(code, { args: Object.fromEntries(clean) as AppError['args'] });
}

function namesOf(chain: readonly ErrorShape[]): string {
  return [...new Set(chain.map((link) => text(link.name)))].filter((name) => name !== '').join(', ');
}

/** Google tells how long to wait inside the body. */
function retryDelayOfBody(body: string): number | undefined {
  const seconds = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

function baseArgs(context: ErrorContext): { readonly provider: string; readonly host: string } {
  return { provider: context.provider, host: context.host };
}

function detailArg(chain: readonly ErrorShape[], context: ErrorContext): { readonly detail?: string } {
  const message = chain.map((link) => text(link.message)).find((part) => part !== '') ?? '';
  const detail = errorDetail(message, context.secrets);
  return detail === '' ? {} : { detail };
}

function causes(error: unknown): readonly ErrorShape[] {
  const chain: ErrorShape[] = [];
  for (let link = error; isRecord(link) && chain.length < maxDepth; link = link['cause']) {
    chain.push(link);
  }
  return chain.length === 0 ? [{ message: String(error) }] : chain;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isHeaderRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number >= 400 && number < 600 ? number : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
