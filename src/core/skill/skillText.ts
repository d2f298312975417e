import { utf8Length } from '../turn/utf8';
import type { Skill } from './skillFile';

const placeholder = '$ARGUMENTS';

/**
 * The text of a skill as it goes to a model: `$ARGUMENTS` stands for what was typed behind its name, letter by letter.
 * A text without that place gets the arguments at its end.
 */
export function expandSkill(skill: Pick<Skill, 'body'>, args: string): string {
  const typed = args.trim();
  if (skill.body.includes(placeholder)) {
    // Not replace(): in its second argument `$&` and the like have a meaning.
    return skill.body.split(placeholder).join(typed);
  }
  return typed === '' ? skill.body : `${skill.body}\n\nArguments: ${typed}`;
}

/**
 * A list of skills for a model, one per line, in at most `maxBytes` bytes of UTF-8.
 * When not all of them fit, the last line says how many were left out. Empty when nothing fits.
 */
export function skillListText(skills: readonly Pick<Skill, 'name' | 'description'>[], maxBytes: number): string {
  const lines = skills.map(({ name, description }) => `- ${name}: ${description}`);
  const whole = lines.join('\n');
  if (utf8Length(whole) <= maxBytes) {
    return whole;
  }
  let bytes = 0;
  let count = 0;
  for (const line of lines) {
    bytes += utf8Length(line) + 1;
    if (bytes + utf8Length(leftOutText(lines.length - count - 1)) > maxBytes) {
      break;
    }
    count++;
  }
  const text = [...lines.slice(0, count), leftOutText(lines.length - count)].join('\n');
  return utf8Length(text) <= maxBytes ? text : '';
}

function leftOutText(count: number): string {
  return `- and ${count} more ${count === 1 ? 'skill' : 'skills'}, left out of this list`;
}
