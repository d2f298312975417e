import { l10n } from 'vscode';
import type { SkillProblemCode } from '../../core/skill/skillProblems';

/** The words for faults of a `SKILL.md`. */
export function skillProblemTexts(): Readonly<Record<SkillProblemCode, string>> {
  return {
    'skill/too-large': l10n.t('This skill has {length} characters; at most {limit} are read. Shorten it.'),
    'skill/front-matter-missing': l10n.t(
      'A skill begins with a line of three hyphens, its name and description, and three hyphens again.',
    ),
    'skill/front-matter-open': l10n.t('The fields at the top have no end. Close them with a line of three hyphens.'),
    'skill/front-matter-too-large': l10n.t(
      'The fields at the top have {length} characters; at most {limit} are read. Move text below them.',
    ),
    'skill/front-matter-not-map': l10n.t('Fields are expected here, each as “name: value” on a line of its own.'),
    'skill/front-matter-too-deep': l10n.t('These fields are nested too deeply to be read.'),
    'skill/yaml-invalid': l10n.t('This is not valid YAML: {message}'),
    'skill/duplicate-field': l10n.t('The field “{field}” is there twice. Keep one of them.'),
    'skill/field-missing': l10n.t('The field “{field}” is missing.'),
    'skill/field-blank': l10n.t('The field “{field}” is empty.'),
    'skill/field-not-text': l10n.t('The field “{field}” takes a text.'),
    'skill/name-invalid': l10n.t(
      '“{name}” cannot be the name of a skill: use up to 64 lower-case letters, digits and hyphens, beginning with a letter or digit.',
    ),
    'skill/name-not-folder': l10n.t('The skill is named “{name}”, but its folder is “{folder}”. Name both alike.'),
    'skill/description-not-one-line': l10n.t('The description must be a single line.'),
    'skill/description-too-long': l10n.t('The description has {length} characters; at most {limit} are allowed.'),
    'skill/model-invalid': l10n.t('“{model}” is no model: write the id of its provider, a slash and its name.'),
    'skill/tools-not-list': l10n.t('A list of the names of tools is expected; an empty list allows none.'),
    'skill/tool-not-text': l10n.t('The name of a tool is expected.'),
    'skill/unknown-field': l10n.t('The field “{field}” is not known and has no effect.'),
    'skill/body-empty': l10n.t('The skill has no instructions. Write them below the fields.'),
  };
}
