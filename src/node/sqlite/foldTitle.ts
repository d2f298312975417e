/** What titles are searched by: their text without differences of case or of how accents are composed. */
export function foldTitle(title: string): string {
  return title.normalize('NFC').toLowerCase();
}
