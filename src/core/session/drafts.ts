/** Texts of a person one below the other, with an empty line between them; those without a visible character are left out. */
export function joinDrafts(...texts: readonly string[]): string {
  return texts.filter((text) => text.trim() !== '').join('\n\n');
}

/** What was typed to send a message, or to call the skill with it. */
export function asTyped({ text, skill }: { readonly text: string; readonly skill?: string }): string {
  return skill === undefined ? text : `/${skill} ${text}`.trimEnd();
}
