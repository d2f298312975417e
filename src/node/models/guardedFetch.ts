import { AppError } from '../../core/base/errors';
import { cutErrorBody, limitBody, limitLines } from './limitBody';
import { secureAddress } from './providerAddress';

export interface GuardedFetchOptions {
  /** Provider id, for errors. */
  readonly provider: string;
  /** The platform's `fetch` as it is at the time of the request, unless given. */
  readonly fetch?: typeof fetch;
  /** Told of every final response, before its body is read. */
  readonly onResponse?: (response: Response) => void;
  /** For requests that are answered with a stream: makes the error of a plain JSON body, which some servers send with status 200. */
  readonly readErrorBody?: (body: unknown) => AppError;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 5;

/**
 * A `fetch` that keeps keys where they belong: only https or this machine, and redirects only within one origin.
 * Refuses a web page where an answer was expected, and takes no more of a body than makes sense.
 */
export function createGuardedFetch(options: GuardedFetchOptions): typeof fetch {
  return async (input, init) => {
    const response = await followRedirects(input instanceof Request ? input.url : String(input), init ?? {}, options);
    options.onResponse?.(response);
    if (!response.ok) {
      return cutErrorBody(response);
    }
    const contentType = (response.headers.get('content-type') ?? '').toLowerCase();
    if (contentType.includes('text/html')) {
      await response.body?.cancel();
      throw unexpectedBody(options, response.status, 'The address answers with a web page.');
    }
    if (options.readErrorBody !== undefined && contentType.includes('application/json')) {
      throw await jsonError(response, options, options.readErrorBody);
    }
    return options.readErrorBody === undefined
      ? limitBody(response, options.provider)
      : limitLines(response, options.provider);
  };
}

async function jsonError(
  response: Response,
  options: GuardedFetchOptions,
  read: (body: unknown) => AppError,
): Promise<AppError> {
  const text = await cutErrorBody(response).text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'error' in body) {
      return read(body);
    }
  } catch {
    // Not JSON after all: the same answer as for any other body that is no stream.
  }
  return unexpectedBody(options, response.status, 'The address answers without a stream.');
}

function unexpectedBody(options: GuardedFetchOptions, status: number, detail: string): AppError {
  return new AppError('model/malformed', { args: { provider: options.provider, status, detail } });
}

async function followRedirects(start: string, init: RequestInit, options: GuardedFetchOptions): Promise<Response> {
  let address = secureAddress(start, options.provider);
  for (let count = 0; count <= maxRedirects; count++) {
    // Looked up with every request: VS Code replaces the global one to honour proxies and certificates.
    const response = await (options.fetch ?? globalThis.fetch)(address.href, { ...init, redirect: 'manual' });
    if (!redirects.has(response.status)) {
      return response;
    }
    await response.body?.cancel();
    const target = new URL(response.headers.get('location') ?? '', address);
    if (target.origin !== address.origin) {
      // The request carries the key and the conversation, and the person agreed to send them to one place only.
      throw new AppError('provider/insecure-address', {
        args: { provider: options.provider, host: target.host, reason: 'redirect' },
      });
    }
    address = target;
  }
  throw new AppError('model/server-error', {
    args: { provider: options.provider, host: address.host, detail: 'Too many redirects.' },
  });
}
