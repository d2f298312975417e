import type { SourcePath } from '../core/checkpoint/sourceTree';

/** What can be written at a place of a text, found without reading the text as a whole: while somebody types it is broken. */
export interface CompletionPlace {
  readonly kind: 'key' | 'value';
  /** Of the object that gets a key, or of the value. Indexes of YAML are all 0: every item of a list has the same fields. */
  readonly path: SourcePath;
  /** Keys that the object has besides the one at the place, or that stand beside the value. */
  readonly keys: ReadonlySet<string>;
  /** Offsets of what stands there already and is replaced. */
  readonly start: number;
  readonly end: number;
  /** A colon follows, so that a key needs none. */
  readonly hasColon: boolean;
}
