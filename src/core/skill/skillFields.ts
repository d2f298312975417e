import type { SourceRange } from '../base/sourceProblem';
import type { FrontMatterField } from './frontMatter';
import { skillProblem, type SkillProblem } from './skillProblems';

/** Fields of the front matter, in the order in which they are written. */
export const skillFieldNames = ['name', 'description', 'model', 'tools'] as const;
export type SkillFieldName = (typeof skillFieldNames)[number];
export const requiredSkillFields: readonly SkillFieldName[] = ['name', 'description'];

/** What a field means, for editors. */
export const skillFieldGuides: Readonly<Record<SkillFieldName, string>> = {
  name: 'Name of the skill, as it is typed behind a slash: lower-case letters, digits and hyphens, the same as its folder.',
  description: 'One line that says when the skill is of use. Models choose by it.',
  model: 'Model to answer with, as `provider/model`. Without it the model of the session answers.',
  tools: 'The only tools that may be used. Without it all may be, with an empty list none.',
};

export const maxDescriptionLength = 1024;

export interface SkillFields {
  readonly name: string;
  readonly description: string;
  readonly model: string | null;
  readonly tools: readonly string[] | null;
}

/** Whether a text may be the name of a skill: it is typed behind a slash and is the name of a folder. */
export function isSkillName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(text);
}

/** The values that the fields give; of a field that is there twice the first. */
export function skillValues(fields: readonly FrontMatterField[]): SkillFields {
  const valueOf = (name: SkillFieldName): FrontMatterField['value'] | undefined =>
    fields.find(({ key }) => key === name)?.value;
  const textOf = (name: SkillFieldName): string | null => {
    const value = valueOf(name);
    return value?.kind === 'text' ? value.text : null;
  };
  const tools = valueOf('tools');
  return {
    name: textOf('name') ?? '',
    description: textOf('description') ?? '',
    model: textOf('model'),
    tools: tools?.kind === 'list' ? tools.items.map(({ text }) => text ?? '') : null,
  };
}

/** Required fields that are not there; `opening` is where that is said. */
export function missingFields(fields: readonly FrontMatterField[], opening: SourceRange): readonly SkillProblem[] {
  return requiredSkillFields
    .filter((name) => !fields.some(({ key }) => key === name))
    .map((field) => skillProblem('skill/field-missing', opening, [field], { field }));
}

/** What is wrong with the fields that are there. `folder` is the name of the folder that the skill's name should be. */
export function fieldProblems(
  fields: readonly FrontMatterField[],
  folder: string | undefined,
): readonly SkillProblem[] {
  const seen = new Set<string>();
  return fields.flatMap((field) => {
    if (seen.has(field.key)) {
      return [skillProblem('skill/duplicate-field', field.keyRange, [field.key], { field: field.key })];
    }
    seen.add(field.key);
    return problemsOf(field, folder);
  });
}

function problemsOf(field: FrontMatterField, folder: string | undefined): readonly SkillProblem[] {
  switch (field.key) {
    case 'name':
      return textProblems(field, (name) => nameProblem(field, name, folder));
    case 'description':
      return textProblems(field, (description) => descriptionProblem(field, description));
    case 'model':
      return textProblems(field, (model) =>
        /^[^/\s][^/]*\/\s*\S/.test(model)
          ? undefined
          : skillProblem('skill/model-invalid', field.valueRange, ['model'], { model }),
      );
    case 'tools':
      return toolProblems(field);
    default:
      return [skillProblem('skill/unknown-field', field.keyRange, [field.key], { field: field.key })];
  }
}

function textProblems(
  { key, value, valueRange }: FrontMatterField,
  check: (text: string) => SkillProblem | undefined,
): readonly SkillProblem[] {
  switch (value.kind) {
    case 'text': {
      const problem = check(value.text);
      return problem === undefined ? [] : [problem];
    }
    case 'blank':
      return [skillProblem('skill/field-blank', valueRange, [key], { field: key })];
    case 'list':
    case 'other':
      return [skillProblem('skill/field-not-text', valueRange, [key], { field: key })];
  }
}

function nameProblem(
  { valueRange }: FrontMatterField,
  name: string,
  folder: string | undefined,
): SkillProblem | undefined {
  if (!isSkillName(name)) {
    return skillProblem('skill/name-invalid', valueRange, ['name'], { name });
  }
  return folder === undefined || folder === name
    ? undefined
    : skillProblem('skill/name-not-folder', valueRange, ['name'], { name, folder });
}

function descriptionProblem({ valueRange }: FrontMatterField, description: string): SkillProblem | undefined {
  if (/[\r\n\u2028\u2029]/.test(description)) {
    return skillProblem('skill/description-not-one-line', valueRange, ['description']);
  }
  const { length } = description;
  return length > maxDescriptionLength
    ? skillProblem('skill/description-too-long', valueRange, ['description'], { length, limit: maxDescriptionLength })
    : undefined;
}

/** A list of tools that cannot be read must not turn into "all tools", so a blank one is refused as well. */
function toolProblems({ value, valueRange }: FrontMatterField): readonly SkillProblem[] {
  if (value.kind !== 'list') {
    return [skillProblem('skill/tools-not-list', valueRange, ['tools'])];
  }
  return value.items.flatMap(({ text, range }, index) =>
    text === null || text === '' ? [skillProblem('skill/tool-not-text', range, ['tools', index])] : [],
  );
}
