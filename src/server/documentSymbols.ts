import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver';
import type { SourcePath } from '../core/checkpoint/sourceTree';
import { cleanTitle } from '../core/session/sessionTitle';
import { eventText } from './eventText';
import type { CheckpointFile, ServedFile, SkillDocument } from './servedFile';
import { entriesOf, extentOf, fieldsOf } from './sourceValue';

/** More rows than that no outline shows in useful time. */
const maxItems = 20_000;

/** The outline: what a checkpoint holds with a row for each of its messages, or the fields of a skill. */
export function documentSymbolsOf(file: ServedFile): DocumentSymbol[] {
  return file.kind === 'skill' ? skillSymbols(file) : checkpointSymbols(file);
}

function skillSymbols({ parsed, text, lines }: SkillDocument): DocumentSymbol[] {
  return (parsed.frontMatter?.fields ?? []).map(({ key, keyRange, valueRange }) => ({
    name: cleanTitle(key) || '?',
    detail: cleanTitle(text.slice(lines.offsetAt(valueRange.start), lines.offsetAt(valueRange.end))),
    kind: SymbolKind.Property,
    range: { start: keyRange.start, end: valueRange.end },
    selectionRange: keyRange,
  }));
}

function checkpointSymbols(file: CheckpointFile): DocumentSymbol[] {
  return entriesOf(file.parsed.source.value).map(([key, value]) => fieldSymbol(file, [key], value));
}

/** A field with what is in it, as far as an outline is about it. */
function fieldSymbol(file: CheckpointFile, path: SourcePath, value: unknown): DocumentSymbol {
  const key = String(path.at(-1));
  const children = childrenOf(file, path, value);
  return {
    name: cleanTitle(key) || '?',
    detail: detailOf(key, value),
    kind: kindOf(value),
    range: extentOf(file, path),
    selectionRange: file.parsed.source.rangeOf(path, 'key'),
    ...(children.length === 0 ? {} : { children: [...children] }),
  };
}

function childrenOf(file: CheckpointFile, path: SourcePath, value: unknown): readonly DocumentSymbol[] {
  if (path.length > 1) {
    return [];
  }
  const key = path[0];
  if (key === 'statistics' || key === 'session') {
    return entriesOf(value).map(([name, inner]) => fieldSymbol(file, [...path, name], inner));
  }
  return Array.isArray(value)
    ? value.slice(0, maxItems).map((entry: unknown, index) => itemSymbol(file, [...path, index], entry))
    : [];
}

function itemSymbol(file: CheckpointFile, path: SourcePath, entry: unknown): DocumentSymbol {
  const { label, words } = path[0] === 'messages' || path[0] === 'events' ? eventText(entry) : keyedText(entry);
  return {
    name: `${Number(path.at(-1)) + 1} ${label}`,
    detail: words,
    kind: SymbolKind.String,
    range: extentOf(file, path),
    selectionRange: file.parsed.source.rangeOf(path),
  };
}

/** Attachments and further values are named by their kind and key. */
function keyedText(entry: unknown): { readonly label: string; readonly words: string } {
  const { type, key } = fieldsOf(entry);
  const texts = [type, key].filter((text): text is string => typeof text === 'string').map(cleanTitle);
  return { label: texts[0] || '?', words: texts.slice(1).join(' ') };
}

function detailOf(key: string, value: unknown): string {
  if (Array.isArray(value)) {
    return String(value.length);
  }
  if (key === 'session') {
    const { title, name } = fieldsOf(value);
    return [title, name].flatMap((text) => (typeof text === 'string' ? [cleanTitle(text)] : []))[0] ?? '';
  }
  if (typeof value === 'string') {
    return cleanTitle(value);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function kindOf(value: unknown): SymbolKind {
  switch (typeof value) {
    case 'number':
      return SymbolKind.Number;
    case 'boolean':
      return SymbolKind.Boolean;
    case 'object':
      return Array.isArray(value) ? SymbolKind.Array : SymbolKind.Object;
    default:
      return SymbolKind.String;
  }
}
