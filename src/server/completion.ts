import { CompletionItemKind, MarkupKind, type CompletionItem } from 'vscode-languageserver';
import type { LanguageServerOptions } from '../core/base/languageServerOptions';
import type { SourcePosition } from '../core/base/sourceProblem';
import { fieldAt, fieldsIn, likelyVersion, type CheckpointVersion } from '../core/checkpoint/checkpointFields';
import { eventGuides } from '../core/checkpoint/eventGuide';
import type { SourcePath } from '../core/checkpoint/sourceTree';
import { requiredSkillFields, skillFieldGuides, skillFieldNames } from '../core/skill/skillFields';
import type { CompletionPlace } from './completionPlace';
import { jsonPlace } from './jsonPlace';
import type { CheckpointFile, ServedFile, SkillDocument } from './servedFile';
import { yamlPlace } from './yamlPlace';

/** A key or a value to offer. */
interface Offer {
  readonly text: string;
  readonly description: string;
  /** Those that have to be there come first. */
  readonly required: boolean;
}

/**
 * What may be written at the position: fields that are not there yet and the values that a field takes. With
 * `knowsJsonSchema` only what a schema of JSON does not say.
 */
export function completionsAt(
  file: ServedFile,
  position: SourcePosition,
  { knowsJsonSchema }: Pick<LanguageServerOptions, 'knowsJsonSchema'>,
): CompletionItem[] {
  return file.kind === 'skill'
    ? skillCompletions(file, position)
    : checkpointCompletions(file, position, knowsJsonSchema && file.syntax === 'json');
}

function checkpointCompletions(file: CheckpointFile, position: SourcePosition, hasSchema: boolean): CompletionItem[] {
  const isJson = file.syntax === 'json';
  const place = (isJson ? jsonPlace : yamlPlace)(file.text, file.lines.offsetAt(position));
  if (place === undefined) {
    return [];
  }
  const version = versionAt(place, file);
  const offers = hasSchema ? [] : place.kind === 'key' ? fieldsAt(version, place) : valuesAt(version, place.path);
  return toItems(file, place, [...offers, ...typesAt(version, place)], isJson ? writtenInJson : writtenInYaml);
}

function skillCompletions(file: SkillDocument, position: SourcePosition): CompletionItem[] {
  const { frontMatter } = file.parsed;
  const isOpen = frontMatter === undefined && file.text.startsWith('---');
  const end = isOpen ? file.text.length : frontMatter === undefined ? 0 : file.lines.offsetAt(frontMatter.range.end);
  const offset = file.lines.offsetAt(position);
  const place = position.line === 0 || offset > end ? undefined : yamlPlace(file.text.slice(0, end), offset);
  if (place === undefined || place.path.length > (place.kind === 'key' ? 0 : 1)) {
    return [];
  }
  const offers =
    place.kind === 'key'
      ? skillFieldNames
          .filter((name) => !place.keys.has(name))
          .map((text) => ({ text, description: skillFieldGuides[text], required: requiredSkillFields.includes(text) }))
      : place.path[0] === 'name'
        ? [{ text: file.folder, description: skillFieldGuides.name, required: true }]
        : [];
  return toItems(file, place, offers, writtenInYaml);
}

/** A text that is being typed has no version that could be read; one with messages is meant to be of the first. */
function versionAt({ path, keys }: CompletionPlace, { parsed }: CheckpointFile): CheckpointVersion {
  const isFirst = path[0] === 'messages' || (path.length === 0 && keys.has('messages'));
  return parsed.version ?? (isFirst ? '1.0' : likelyVersion(parsed.source));
}

function fieldsAt(version: CheckpointVersion, { path, keys }: CompletionPlace): readonly Offer[] {
  return fieldsIn(version, path)
    .filter(({ name }) => !keys.has(name))
    .map((field) => ({ ...field, text: field.name }));
}

function valuesAt(version: CheckpointVersion, path: SourcePath): readonly Offer[] {
  const field = fieldAt(version, path);
  const values = field?.kind === 'boolean' ? ['true', 'false'] : (field?.values ?? []);
  return values.map((text) => ({ text, description: '', required: false }));
}

/** Any type of event may stand in a file; these are the ones that we know. */
function typesAt(version: CheckpointVersion, { kind, path }: CompletionPlace): readonly Offer[] {
  const isType = kind === 'value' && path.length === 3 && path[0] === 'events' && path[2] === 'type';
  return version === '2.0' && isType
    ? Object.entries(eventGuides).map(([text, { description }]) => ({ text, description, required: false }))
    : [];
}

function toItems(
  { lines, text }: ServedFile,
  place: CompletionPlace,
  offers: readonly Offer[],
  write: (text: string, place: CompletionPlace) => string,
): CompletionItem[] {
  // Editors compare what is typed with this text, and what is typed may begin with a quote.
  const quote = text.charAt(place.start) === '"' ? '"' : '';
  return offers.map((offer, index) => ({
    label: offer.text,
    kind: place.kind === 'key' ? CompletionItemKind.Property : CompletionItemKind.EnumMember,
    ...(offer.description === '' ? {} : { documentation: { kind: MarkupKind.Markdown, value: offer.description } }),
    filterText: `${quote}${offer.text}`,
    sortText: `${offer.required ? 0 : 1}${String(index).padStart(3, '0')}`,
    textEdit: { range: lines.rangeAt(place.start, place.end), newText: write(offer.text, place) },
  }));
}

function writtenInJson(text: string, { kind, hasColon }: CompletionPlace): string {
  if (kind === 'key') {
    return `${JSON.stringify(text)}${hasColon ? '' : ': '}`;
  }
  return text === 'true' || text === 'false' ? text : JSON.stringify(text);
}

function writtenInYaml(text: string, { kind, hasColon }: CompletionPlace): string {
  if (kind === 'key') {
    return `${text}${hasColon ? '' : ': '}`;
  }
  // A version without quotes is a number.
  return /^\d/.test(text) ? JSON.stringify(text) : text;
}
