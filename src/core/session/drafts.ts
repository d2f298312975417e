/** Texts of a person one below the other, with an empty line between them; those without a visible character are left out. */
export function joinDrafts(...texts: readonly string[]): string {
  return texts.filter((text) => text.trim() !== '').join('\n\n');
}

/** What stays of a draft once `sent` is stored: whatever was typed behind it meanwhile, or all if it was rewritten. */
export function textAfterSending(current: string, sent: string): string {
  return current.startsWith(sent) ? current.slice(sent.length).trimStart() : current;
}

/** What was typed to send a message, or to call the skill with it. */
export function asTyped({ text, skill }: { readonly text: string; readonly skill?: string }): string {
  return skill === undefined ? text : `/${skill} ${text}`.trimEnd();
}
