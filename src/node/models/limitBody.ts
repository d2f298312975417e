import { AppError } from '../../core/base/errors';

/** A line is held in memory until it is whole; none that makes sense comes near this. */
const maxLineBytes = 16 * 1024 * 1024;
/** A body that is read at once: a list of models, the largest of which have some hundred KB. */
const maxBodyBytes = 16 * 1024 * 1024;
/** Of the body of an error only a line is shown. */
const maxErrorBytes = 64 * 1024;
const lineFeed = 0x0a;

/** The same response, whose body fails with `model/reply-too-large` when one line of it never ends. */
export function limitLines(response: Response, provider: string): Response {
  let lineBytes = 0;
  return through(response, (chunk, controller) => {
    const lastBreak = chunk.lastIndexOf(lineFeed);
    lineBytes = lastBreak < 0 ? lineBytes + chunk.length : chunk.length - lastBreak - 1;
    if (lineBytes > maxLineBytes) {
      throw new AppError('model/reply-too-large', { args: { provider, limitBytes: maxLineBytes } });
    }
    controller.enqueue(chunk);
  });
}

/** The same response, whose body fails with `model/reply-too-large` when there is too much of it. */
export function limitBody(response: Response, provider: string): Response {
  let bytes = 0;
  return through(response, (chunk, controller) => {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new AppError('model/reply-too-large', { args: { provider, limitBytes: maxBodyBytes } });
    }
    controller.enqueue(chunk);
  });
}

/** The same response with so much of its body as an error can say. */
export function cutErrorBody(response: Response): Response {
  let bytes = 0;
  return through(response, (chunk, controller) => {
    controller.enqueue(chunk.subarray(0, maxErrorBytes - bytes));
    bytes += chunk.length;
    if (bytes >= maxErrorBytes) {
      controller.terminate();
    }
  });
}

function through(
  response: Response,
  transform: (chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>) => void,
): Response {
  return response.body === null
    ? response
    : new Response(response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ transform })), response);
}
