import { AppError } from '../../core/base/errors';

/** A line is held in memory until it is whole; none that makes sense comes near this. */
const maxLineBytes = 16 * 1024 * 1024;
const lineFeed = 0x0a;

/** The same response, whose body fails with `model/reply-too-large` when one line of it never ends. */
export function limitLines(response: Response, provider: string): Response {
  if (response.body === null) {
    return response;
  }
  let lineBytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const lastBreak = chunk.lastIndexOf(lineFeed);
      lineBytes = lastBreak < 0 ? lineBytes + chunk.length : chunk.length - lastBreak - 1;
      if (lineBytes > maxLineBytes) {
        throw new AppError('model/reply-too-large', { args: { provider, limitBytes: maxLineBytes } });
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), response);
}
