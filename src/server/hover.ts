import { MarkupKind, type Hover } from 'vscode-languageserver';
import type { LanguageServerOptions } from '../core/base/languageServerOptions';
import { formatProblem, type SourcePosition, type SourceRange } from '../core/base/sourceProblem';
import { fieldAt, likelyVersion, type CheckpointField } from '../core/checkpoint/checkpointFields';
import type { CheckpointSource } from '../core/checkpoint/checkpointSource';
import { parseTime } from '../core/checkpoint/checkpointTime';
import { eventGuideOf } from '../core/checkpoint/eventGuide';
import type { SourcePath } from '../core/checkpoint/sourceTree';
import { skillFieldGuides } from '../core/skill/skillFields';
import { eventText } from './eventText';
import type { CheckpointFile, ServedFile, SkillDocument } from './servedFile';
import { fieldsOf, listOf, valueAt } from './sourceValue';

export interface HoverOptions extends Pick<LanguageServerOptions, 'knowsJsonSchema'> {
  /** BCP 47 name of the editor's language. */
  readonly locale: string;
  readonly strings: Pick<LanguageServerOptions['strings'], 'hover.entry' | 'hover.values'>;
  /** IANA name; that of this computer where none is given. */
  readonly timeZone?: string;
}

/**
 * What a key means and, at times, events and ids, what they say. Texts of the conversation get none: it would lie over
 * what is being read.
 */
export function hoverAt(file: ServedFile, position: SourcePosition, options: HoverOptions): Hover | null {
  const paragraphs = file.kind === 'skill' ? skillHover(file, position) : checkpointHover(file, position, options);
  return paragraphs === undefined || paragraphs.lines.length === 0
    ? null
    : { contents: { kind: MarkupKind.Markdown, value: paragraphs.lines.join('\n\n') }, range: paragraphs.range };
}

interface HoverText {
  readonly lines: readonly string[];
  readonly range: SourceRange;
}

function skillHover({ parsed }: SkillDocument, position: SourcePosition): HoverText | undefined {
  const field = parsed.frontMatter?.fields.find(({ keyRange }) => holds(keyRange, position));
  const guide = Object.entries(skillFieldGuides).find(([name]) => name === field?.key)?.[1];
  return field === undefined || guide === undefined ? undefined : { lines: [guide], range: field.keyRange };
}

function checkpointHover(file: CheckpointFile, position: SourcePosition, options: HoverOptions): HoverText | undefined {
  const { source } = file.parsed;
  const path = source.pathAt(position);
  const keyRange = source.rangeOf(path, 'key');
  const isKey = typeof path.at(-1) === 'string' && holds(keyRange, position);
  const field = fieldAt(file.parsed.version ?? likelyVersion(source), path);
  const hasSchema = options.knowsJsonSchema && file.syntax === 'json';
  const lines = [
    ...(isKey && !hasSchema ? fieldLines(field, options) : []),
    ...(isKey ? dataLines(source, path) : []),
    ...valueLines(source, path, field, options),
  ];
  return { lines, range: isKey ? keyRange : source.rangeOf(path, 'value') };
}

function fieldLines(field: CheckpointField | undefined, { strings }: HoverOptions): readonly string[] {
  const { description = '', values = [] } = field ?? {};
  const named = values.map((value) => `\`${value}\``).join(', ');
  const choice = values.length > 1 ? formatProblem({ args: { values: named } }, strings['hover.values']) : '';
  return [description, choice].filter((line) => line !== '');
}

/** The data of an event has the fields of its type. */
function dataLines(source: CheckpointSource, path: SourcePath): readonly string[] {
  const [list, index, data, name] = path;
  if (list !== 'events' || typeof index !== 'number' || data !== 'data' || path.length !== 4) {
    return [];
  }
  const fields = eventGuideOf(fieldsOf(listOf(fieldsOf(source.value)['events'])[index])['type'])?.fields ?? {};
  return Object.entries(fields).flatMap(([field, description]) => (field === name ? [description] : []));
}

function valueLines(
  source: CheckpointSource,
  path: SourcePath,
  field: CheckpointField | undefined,
  options: HoverOptions,
): readonly string[] {
  const value = valueAt(source, path);
  if (field?.isTime === true && typeof value === 'string') {
    return localTime(value, options);
  }
  const { entries, index } = entryAt(source, path, value);
  const entry = entries[index];
  return entry === undefined ? [] : [entryLine(entry, index, entries.length, options)];
}

/** The event or message that a value stands for: the one that it names, or the one whose head it is in. */
function entryAt(
  { value: root }: CheckpointSource,
  path: SourcePath,
  value: unknown,
): { readonly entries: readonly unknown[]; readonly index: number } {
  const [list, index, name] = path;
  const events = listOf(fieldsOf(root)['events']);
  if (path.join('.') === 'session.head_id' || (list === 'events' && name === 'parent_id' && path.length === 3)) {
    return { entries: events, index: events.findIndex((event) => fieldsOf(event)['id'] === value) };
  }
  const isHead = path.length === 3 && typeof index === 'number' && ['id', 'seq', 'type', 'role'].includes(String(name));
  return isHead ? { entries: listOf(fieldsOf(root)[String(list)]), index } : { entries: [], index: -1 };
}

function entryLine(entry: unknown, index: number, count: number, { strings }: HoverOptions): string {
  const { label, words } = eventText(entry);
  const place = formatProblem({ args: { number: index + 1, count } }, strings['hover.entry']);
  const guide = eventGuideOf(fieldsOf(entry)['type'])?.description ?? '';
  return [`${place} · **${escaped(label)}**`, guide, escaped(words)].filter((part) => part !== '').join('  \n');
}

function localTime(text: string, { locale, timeZone }: HoverOptions): readonly string[] {
  const ms = parseTime(text);
  const style = { dateStyle: 'full', timeStyle: 'long', ...(timeZone === undefined ? {} : { timeZone }) } as const;
  return ms === undefined ? [] : [new Intl.DateTimeFormat(knownLocale(locale), style).format(ms)];
}

/** Editors name languages that the platform may not know. */
function knownLocale(locale: string): string | undefined {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale)[0];
  } catch {
    return undefined;
  }
}

/** Text of the conversation must not turn into links or pictures. */
function escaped(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

function holds({ start, end }: SourceRange, { line, character }: SourcePosition): boolean {
  const isBehindStart = line > start.line || (line === start.line && character >= start.character);
  return isBehindStart && (line < end.line || (line === end.line && character <= end.character));
}
