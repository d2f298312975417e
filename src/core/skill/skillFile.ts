import { LineIndex } from '../base/lineIndex';
import type { SourceRange } from '../base/sourceProblem';
import { findFrontMatter, readFrontMatter, type FrontMatterFault, type FrontMatterField } from './frontMatter';
import { fieldProblems, missingFields, skillValues } from './skillFields';
import { skillProblem, type SkillProblem } from './skillProblems';

/** Instructions that a person wrote down once, to be used by name. */
export interface Skill {
  readonly name: string;
  /** One line that says when the skill is of use. */
  readonly description: string;
  /** `providerId/modelId` to answer with; null = the session's own. */
  readonly model: string | null;
  /** The only tools that may be used; null = all, an empty list = none. */
  readonly tools: readonly string[] | null;
  /** Markdown behind the front matter, without blank lines around it. */
  readonly body: string;
}

/** What stands at the top of a file, also of one with problems. */
export interface FrontMatter {
  /** From the opening line to the end of the closing one. */
  readonly range: SourceRange;
  readonly fields: readonly FrontMatterField[];
}

export interface ParsedSkillFile {
  /** Absent when any problem is an error. */
  readonly skill?: Skill;
  /** At most `maxSkillProblems`. */
  readonly problems: readonly SkillProblem[];
  readonly frontMatter?: FrontMatter;
}

/** Limits of a file, in characters: more than any useful skill, less than what would hurt the host. */
export const maxSkillLength = 256 * 1024;
export const maxFrontMatterLength = 16 * 1024;
export const maxSkillProblems = 100;

/**
 * Reads a `SKILL.md`: YAML front matter between lines of `---`, then Markdown. Never throws, whatever the text is.
 * With `folder`, the name of the folder that the file is in, a skill of another name gets a warning.
 */
export function parseSkillFile(text: string, options: { readonly folder?: string } = {}): ParsedSkillFile {
  const opening = firstLine(text);
  if (text.length > maxSkillLength) {
    const args = { length: text.length, limit: maxSkillLength };
    return { problems: [skillProblem('skill/too-large', opening, [], args)] };
  }
  const place = findFrontMatter(text);
  if (typeof place === 'string') {
    const code = place === 'open' ? 'skill/front-matter-open' : 'skill/front-matter-missing';
    return { problems: [skillProblem(code, opening)] };
  }
  if (place.end - place.start > maxFrontMatterLength) {
    const args = { length: place.end - place.start, limit: maxFrontMatterLength };
    return { problems: [skillProblem('skill/front-matter-too-large', opening, [], args)] };
  }
  const lines = new LineIndex(text);
  const { fields, faults } = readFrontMatter(text, place, lines);
  const body = text.slice(place.bodyStart).trim();
  const problems = [
    ...faults.map(faultProblem),
    // What follows from YAML that cannot be read would only hide its fault.
    ...(faults.length > 0 ? [] : [...missingFields(fields, opening), ...fieldProblems(fields, options.folder)]),
    ...(body === '' ? [skillProblem('skill/body-empty', lines.rangeAt(place.end, place.end + fence.length))] : []),
  ];
  return {
    ...(problems.some(({ severity }) => severity === 'error') ? {} : { skill: { ...skillValues(fields), body } }),
    problems: problems.slice(0, maxSkillProblems),
    frontMatter: { range: lines.rangeAt(0, place.end + fence.length), fields },
  };
}

const fence = '---';

function firstLine(text: string): SourceRange {
  const end = text.search(/[\r\n]/);
  return { start: { line: 0, character: 0 }, end: { line: 0, character: end < 0 ? text.length : end } };
}

function faultProblem(fault: FrontMatterFault): SkillProblem {
  switch (fault.kind) {
    case 'yaml':
      return skillProblem('skill/yaml-invalid', fault.range, [], { message: fault.message });
    case 'notMap':
      return skillProblem('skill/front-matter-not-map', fault.range);
    case 'tooDeep':
      return skillProblem('skill/front-matter-too-deep', fault.range);
  }
}
