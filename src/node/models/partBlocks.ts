import type { Json } from '../../core/session/sessionEvent';
import type { AiSdkMetadata } from './aiSdkTypes';

/**
 * One stretch of text or reasoning with what the provider attached to it. An answer may hold several, each with its own
 * signature, while we keep one text: the lengths tell where to cut it again.
 */
export interface PartBlock {
  readonly length: number;
  readonly metadata: AiSdkMetadata | null;
}

/** The blocks as the opaque state that is stored with an event. */
export function packBlocks(blocks: readonly PartBlock[]): Json {
  return { blocks: blocks.map(({ length, metadata }) => ({ length, metadata: metadata as Json })) };
}

/** Cuts a text into its blocks again; undefined when the state is not ours or does not fit the text. */
export function unpackBlocks(
  text: string,
  state: Json | undefined,
): readonly { readonly text: string; readonly metadata: AiSdkMetadata | null }[] | undefined {
  const blocks = readBlocks(state);
  if (blocks === undefined || blocks.reduce((sum, block) => sum + block.length, 0) > text.length) {
    return undefined;
  }
  let start = 0;
  const pieces = blocks.map(({ length, metadata }) => {
    start += length;
    return { text: text.slice(start - length, start), metadata };
  });
  return start < text.length ? [...pieces, { text: text.slice(start), metadata: null }] : pieces;
}

function readBlocks(state: Json | undefined): readonly PartBlock[] | undefined {
  if (typeof state !== 'object' || state === null || !('blocks' in state) || !Array.isArray(state.blocks)) {
    return undefined;
  }
  const blocks: readonly unknown[] = state.blocks;
  return blocks.every(isBlock) ? blocks : undefined;
}

function isBlock(value: unknown): value is PartBlock {
  return (
    typeof value === 'object' &&
    value !== null &&
    'length' in value &&
    Number.isInteger(value.length) &&
    'metadata' in value &&
    typeof value.metadata === 'object'
  );
}
