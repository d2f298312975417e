import type { SourceProblem, SourceRange } from '../base/sourceProblem';

/** Faults of a `SKILL.md`, with the arguments of their words. */
export const skillProblemCodes = [
  /** `{length}` characters, `{limit}` allowed. */
  'skill/too-large',
  'skill/front-matter-missing',
  'skill/front-matter-open',
  /** `{length}` characters, `{limit}` allowed. */
  'skill/front-matter-too-large',
  'skill/front-matter-not-map',
  'skill/front-matter-too-deep',
  /** `{message}` of the YAML parser, in English. */
  'skill/yaml-invalid',
  /** `{field}` */
  'skill/duplicate-field',
  /** `{field}` */
  'skill/field-missing',
  /** `{field}` */
  'skill/field-blank',
  /** `{field}` */
  'skill/field-not-text',
  /** `{name}` */
  'skill/name-invalid',
  /** `{name}` and the `{folder}` that the file is in. */
  'skill/name-not-folder',
  'skill/description-not-one-line',
  /** `{length}` characters, `{limit}` allowed. */
  'skill/description-too-long',
  /** `{model}` */
  'skill/model-invalid',
  'skill/tools-not-list',
  'skill/tool-not-text',
  /** `{field}` */
  'skill/unknown-field',
  'skill/body-empty',
] as const;

export type SkillProblemCode = (typeof skillProblemCodes)[number];
export type SkillProblem = SourceProblem<SkillProblemCode>;

/** Faults with which a skill can still be used. */
const warnings: ReadonlySet<SkillProblemCode> = new Set([
  'skill/name-not-folder',
  'skill/unknown-field',
  'skill/body-empty',
]);

export function skillProblem(
  code: SkillProblemCode,
  range: SourceRange,
  path: SkillProblem['path'] = [],
  args: SkillProblem['args'] = {},
): SkillProblem {
  return { code, severity: warnings.has(code) ? 'warning' : 'error', range, path, args };
}
