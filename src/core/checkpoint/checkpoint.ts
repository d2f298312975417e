import type { InferOutput } from 'valibot';
import type { SourceProblem } from '../base/sourceProblem';
import type { checkpoint1Schema, checkpoint2Schema } from './checkpointSchema';

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** A session in a file of Atmos 1.0: messages and little else. */
export type Checkpoint1 = DeepReadonly<InferOutput<typeof checkpoint1Schema>>;

/** A session in a file of our own, with all that the store has of it. */
export type Checkpoint2 = DeepReadonly<InferOutput<typeof checkpoint2Schema>>;

export type CheckpointSyntax = 'json' | 'yaml';

export const checkpointLimits = {
  /** Of a file, in bytes of UTF-8. */
  maxBytes: 50 * 1024 * 1024,
  /** Objects and lists inside each other. */
  maxDepth: 100,
  /** Values in a file: fields, items and what holds them. */
  maxValues: 2_000_000,
  /** Tokens of YAML that needs the complete parser, which is far slower than the reader of what we write ourselves. */
  maxYamlTokens: 1_000_000,
  /** A file with more problems than that is not worth listing further. */
  maxProblems: 200,
} as const;

/** Names that would reach into the prototypes of objects. */
export const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** What can be wrong with a checkpoint. Stable: messages, quick fixes and people's searches hang on these names. */
export type CheckpointProblemCode =
  // The file as such; the first two are for whoever reads it.
  | 'file-unreadable'
  | 'format-unsupported'
  | 'too-large'
  | 'too-deep'
  | 'too-many-values'
  | 'too-many-problems'
  // Its syntax.
  | 'json-syntax'
  | 'yaml-syntax'
  | 'yaml-alias'
  | 'yaml-tag'
  | 'yaml-merge-key'
  | 'yaml-complex-key'
  | 'multiple-documents'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'infinite-number'
  // Fields of either version.
  | 'version-missing'
  | 'version-unsupported'
  | 'missing-field'
  | 'unknown-field'
  | 'wrong-type'
  | 'bad-value'
  | 'bad-number'
  | 'bad-time'
  | 'statistics-mismatch'
  // Rules of 1.0.
  | 'name-required'
  | 'provider-required'
  | 'model-required'
  | 'messages-required'
  | 'role-required'
  | 'role-invalid'
  // Rules of 2.0.
  | 'empty-text'
  | 'data-missing'
  | 'data-twice'
  | 'duplicate-event'
  | 'duplicate-metadata'
  | 'duplicate-context'
  | 'sequence-order'
  | 'unknown-parent'
  | 'parent-later'
  | 'unknown-head'
  | 'unknown-compaction'
  | 'compaction-range'
  | 'time-range'
  | 'event-unknown'
  | 'event-damaged';

export type CheckpointProblem = SourceProblem<CheckpointProblemCode>;

/** By the end of the name, in exactly this case; undefined for Markdown, which cannot be read back. Anything else is JSON. */
export function syntaxOf(fileName: string): CheckpointSyntax | undefined {
  if (/\.(?:md|markdown)$/.test(fileName)) {
    return undefined;
  }
  return /\.ya?ml$/.test(fileName) ? 'yaml' : 'json';
}
