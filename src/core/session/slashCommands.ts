/** Commands that are typed into the composer. A built-in name wins over anything else of the same name. */
export const slashCommandNames = ['new', 'model', 'rename', 'help'] as const;
export type SlashCommandName = (typeof slashCommandNames)[number];

export type ComposerInput =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'command'; readonly name: SlashCommandName; readonly argument: string }
  | { readonly kind: 'unknown-command'; readonly name: string }
  | { readonly kind: 'empty' };

const commandPattern = /^\/([a-z][\w-]*)(?:\s+([\s\S]*))?$/i;

/** Tells a message from a command. Paths such as `/usr/bin` and comments such as `// x` are messages. */
export function parseComposerInput(text: string): ComposerInput {
  const trimmed = text.trim();
  if (trimmed === '') {
    return { kind: 'empty' };
  }
  const match = commandPattern.exec(trimmed);
  if (match === null) {
    return { kind: 'message', text };
  }
  const name = (match[1] ?? '').toLowerCase();
  const known = slashCommandNames.find((candidate) => candidate === name);
  return known === undefined
    ? { kind: 'unknown-command', name }
    : { kind: 'command', name: known, argument: (match[2] ?? '').trim() };
}

/** Commands whose name contains what was typed, those that begin with it first. */
export function completeSlashCommand(text: string): readonly SlashCommandName[] {
  const match = /^\/([\w-]*)$/.exec(text);
  if (match === null) {
    return [];
  }
  const typed = (match[1] ?? '').toLowerCase();
  return slashCommandNames
    .filter((name) => name.includes(typed))
    .sort((a, b) => Number(b.startsWith(typed)) - Number(a.startsWith(typed)));
}
