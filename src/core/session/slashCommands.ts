/** Commands that are typed into the composer. A built-in name wins over a skill of the same name. */
export const slashCommandNames = [
  'new',
  'model',
  'skill',
  'rename',
  'attach',
  'compact',
  'export',
  'import',
  'help',
] as const;
export type SlashCommandName = (typeof slashCommandNames)[number];

export type ComposerInput =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'command'; readonly name: SlashCommandName; readonly argument: string }
  | { readonly kind: 'skill'; readonly name: string; readonly argument: string }
  | { readonly kind: 'unknown-command'; readonly name: string }
  | { readonly kind: 'empty' };

/** What may be typed behind the slash. */
export type SlashEntry =
  | { readonly kind: 'command'; readonly name: SlashCommandName }
  | { readonly kind: 'skill'; readonly name: string; readonly description: string };

interface NamedSkill {
  readonly name: string;
  readonly description: string;
}

/** Tells a message from a command or a skill. Paths such as `/usr/bin` and comments such as `// x` are messages. */
export function parseComposerInput(text: string, skills: readonly Pick<NamedSkill, 'name'>[]): ComposerInput {
  const trimmed = text.trim();
  if (trimmed === '') {
    return { kind: 'empty' };
  }
  const match = /^\/([\w-]+)(?:\s+([\s\S]*))?$/.exec(trimmed);
  const name = match?.[1]?.toLowerCase() ?? '';
  const argument = match?.[2]?.trim() ?? '';
  const command = slashCommandNames.find((known) => known === name);
  if (command !== undefined) {
    return { kind: 'command', name: command, argument };
  }
  if (skills.some((skill) => skill.name === name)) {
    return { kind: 'skill', name, argument };
  }
  return /^[a-z]/.test(name) ? { kind: 'unknown-command', name } : { kind: 'message', text };
}

/** Commands and skills whose name has the letters that were typed, in their order; the closest first. */
export function completeSlash(text: string, skills: readonly NamedSkill[]): readonly SlashEntry[] {
  const typed = /^\/([\w-]*)$/.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) {
    return [];
  }
  const commands = slashCommandNames.map((name): SlashEntry => ({ kind: 'command', name }));
  const own = skills
    .filter(({ name }) => slashCommandNames.every((command) => command !== name))
    .map(({ name, description }): SlashEntry => ({ kind: 'skill', name, description }));
  return [...commands, ...own]
    .map((entry) => ({ entry, distance: distanceOf(entry.name, typed) }))
    .filter(({ distance }) => distance < Infinity)
    .sort((a, b) => a.distance - b.distance)
    .map(({ entry }) => entry);
}

/** 0 for a beginning, 1 for a part, 2 where other letters stand between; infinite when a letter is missing. */
function distanceOf(name: string, typed: string): number {
  const place = name.indexOf(typed);
  if (place >= 0) {
    return Math.min(place, 1);
  }
  let next = 0;
  for (const letter of name) {
    next += Number(letter === typed[next]);
  }
  return next === typed.length ? 2 : Infinity;
}
