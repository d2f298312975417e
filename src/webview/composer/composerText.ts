/** Text handed over from elsewhere goes behind what is already there. */
export function withAddedText(current: string, added: string): string {
  if (current.trim() === '') {
    return added;
  }
  return current.endsWith('\n') ? current + added : `${current}\n${added}`;
}

export interface SendKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** Key code that browsers give to every key that an input method has taken for itself. */
const imeKeyCode = 229;

/** True when the key sends. Enter that ends a composition never does. */
export function isSendKey(event: SendKey, enterSends: boolean): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === imeKeyCode || event.altKey) {
    return false;
  }
  const withModifier = event.ctrlKey || event.metaKey;
  return withModifier || (enterSends && !event.shiftKey);
}
