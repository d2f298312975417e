/** Reserved in one version of YAML or another. */
const reservedWord = /^(?:null|true|false|yes|no|on|off|y|n)$/i;
const plainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** What YAML does not print as it is, or what some readers take for a line break. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
/** Besides those: no line may be read in another way than it stands here. */
const notLiteral = /(?![\t\n])\p{Cc}|[\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/**
 * YAML of a JSON value in one fixed style: block maps and lists, texts in double quotes, and texts of several lines as
 * literal blocks wherever these give back exactly the same text. Keys longer than 128 characters are for nobody.
 */
export function writeYaml(value: object): string {
  const lines: string[] = [];
  writeBlock(lines, value, '', '');
  return `${lines.join('\n')}\n`;
}

/** `first` stands before the first line, as the mark of a list item does; `indent` before the others. */
function writeBlock(lines: string[], value: object, indent: string, first: string): void {
  let lead = first;
  const entries = Array.isArray(value) ? value.map((item: unknown) => ['-', item] as const) : fields(value);
  for (const [mark, item] of entries) {
    if (isBlock(item) && mark === '-') {
      writeBlock(lines, item, `${indent}  `, `${lead}- `);
    } else if (isBlock(item)) {
      lines.push(`${lead}${mark}`);
      writeBlock(lines, item, `${indent}  `, `${indent}  `);
    } else {
      lines.push(`${lead}${mark} ${writeScalar(item, `${indent}  `)}`);
    }
    lead = indent;
  }
}

function fields(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    item === undefined ? [] : [[`${writeKey(key)}:`, item] as const],
  );
}

function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.values(value).some((item) => item !== undefined);
}

function writeKey(key: string): string {
  return plainKey.test(key) && !reservedWord.test(key) ? key : writeQuoted(key);
}

function writeScalar(value: unknown, indent: string): string {
  if (typeof value !== 'string') {
    return JSON.stringify(value);
  }
  return isLiteral(value) ? writeLiteral(value, indent) : writeQuoted(value);
}

function writeQuoted(text: string): string {
  return JSON.stringify(text).replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Several lines, the first of which tells the indentation, with no space before the end. */
function isLiteral(text: string): boolean {
  return (
    text.includes('\n') &&
    /^\S/.test(text) &&
    /\S/.test(text.charAt(text.length - endingBreaks(text) - 1)) &&
    !notLiteral.test(text)
  );
}

function writeLiteral(text: string, indent: string): string {
  const breaks = endingBreaks(text);
  const chomp = ['-', ''][breaks] ?? '+';
  const body = text.slice(0, text.length - breaks).replace(/^(?=[^\n])/gm, indent);
  return `|${chomp}\n${body}${'\n'.repeat(Math.max(0, breaks - 1))}`;
}

function endingBreaks(text: string): number {
  let count = 0;
  while (text.charCodeAt(text.length - 1 - count) === 0x0a) {
    count++;
  }
  return count;
}
