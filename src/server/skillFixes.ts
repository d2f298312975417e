import type { SourceProblem } from '../core/base/sourceProblem';
import { isSkillName } from '../core/skill/skillFields';
import type { SkillProblemCode } from '../core/skill/skillProblems';
import type { Fix } from './fix';
import type { SkillDocument } from './servedFile';
import { lineEndOf } from './sourceEdits';

export function skillFixes(file: SkillDocument, problem: SourceProblem): readonly Fix[] {
  const name = isSkillName(file.folder) ? file.folder : '';
  switch (problem.code as SkillProblemCode) {
    case 'skill/front-matter-missing':
      return [frontMatterFix(file, name)];
    case 'skill/field-missing':
      return [missingFieldFix(file, String(problem.path[0]), name)];
    case 'skill/name-invalid':
    case 'skill/name-not-folder':
      return name === ''
        ? []
        : [{ title: 'fix.replace', args: { value: `"${name}"` }, edits: [{ range: problem.range, newText: name }] }];
    default:
      return [];
  }
}

function frontMatterFix({ text }: SkillDocument, name: string): Fix {
  const lines = ['---', `name: ${name}`, 'description: ', '---', '', ''];
  const top = { line: 0, character: 0 };
  return {
    title: 'fix.frontMatter',
    edits: [{ range: { start: top, end: top }, newText: lines.join(lineEndOf(text)) }],
  };
}

/** The name comes first, the description behind it. */
function missingFieldFix({ text, parsed }: SkillDocument, field: string, name: string): Fix {
  const before = field === 'description' ? parsed.frontMatter?.fields.find(({ key }) => key === 'name') : undefined;
  const place = { line: (before?.valueRange.end.line ?? 0) + 1, character: 0 };
  const newText = `${field}: ${field === 'name' ? name : ''}${lineEndOf(text)}`;
  return { title: 'fix.add', args: { field }, edits: [{ range: { start: place, end: place }, newText }] };
}
