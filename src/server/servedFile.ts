import { syntaxOf, type CheckpointSyntax } from '../core/checkpoint/checkpoint';
import { parseCheckpoint, type ParsedCheckpoint } from '../core/checkpoint/checkpointParser';
import { LineIndex } from '../core/base/lineIndex';
import { parseSkillFile, type ParsedSkillFile } from '../core/skill/skillFile';

/** One version of a document as the editor has it. */
export interface DocumentText {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
}

interface FileBase extends DocumentText {
  readonly lines: LineIndex;
}

export interface CheckpointFile extends FileBase {
  readonly kind: 'checkpoint';
  readonly syntax: CheckpointSyntax;
  readonly parsed: ParsedCheckpoint;
}

export interface SkillDocument extends FileBase {
  readonly kind: 'skill';
  /** Name of the folder that the file is in. */
  readonly folder: string;
  readonly parsed: ParsedSkillFile;
}

/** One version of an open document, read: all that a feature needs to know of it. */
export type ServedFile = CheckpointFile | SkillDocument;

/** Reads a document by the name of its file; undefined for one that is none of ours. */
export function readFile({ uri, version, text }: DocumentText): ServedFile | undefined {
  const path = decodePath(uri);
  const base = { uri, version, text, lines: new LineIndex(text) };
  const syntax = /\.rejoin\.(?:json|ya?ml)$/.test(path) ? syntaxOf(path) : undefined;
  if (syntax !== undefined) {
    return { ...base, kind: 'checkpoint', syntax, parsed: parseCheckpoint(text, syntax) };
  }
  const folder = /\/\.rejoin\/skills\/([^/]+)\/SKILL\.md$/.exec(path)?.[1];
  return folder === undefined
    ? undefined
    : { ...base, kind: 'skill', folder, parsed: parseSkillFile(text, { folder }) };
}

function decodePath(uri: string): string {
  const path = uri.replace(/[?#].*$/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    // A name with a bare percent sign.
    return path;
  }
}
