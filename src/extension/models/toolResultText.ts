import * as vscode from 'vscode';

/** Longest tool result that is kept and sent, in UTF-16 units: more would crowd out the conversation. */
export const maxToolResultLength = 100_000;

/** The text of a tool's result. What is not text is named, so that the model knows that it was there. */
export function toolResultText(content: readonly unknown[]): string {
  const text = content
    .map(textOfPart)
    .filter((part) => part !== '')
    .join('\n');
  if (text.length <= maxToolResultLength) {
    return text;
  }
  // Cutting between the halves of a surrogate pair would leave an invalid character.
  const kept = text.slice(0, maxToolResultLength).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}\n\n[The result is cut here: ${text.length} characters in all.]`;
}

function textOfPart(part: unknown): string {
  if (part instanceof vscode.LanguageModelTextPart) {
    return part.value;
  }
  if (part instanceof vscode.LanguageModelDataPart) {
    const isText = /^text\/|[/+]json\b/.test(part.mimeType);
    return isText
      ? new TextDecoder().decode(part.data)
      : `[${part.mimeType}, ${part.data.byteLength} bytes, not shown]`;
  }
  if (part instanceof vscode.LanguageModelPromptTsxPart) {
    return textsWithin(part.value, 0).join('');
  }
  return '';
}

/** The texts of a rendered prompt element, in order. Its shape is private to a library, so only its texts are looked for. */
function textsWithin(value: unknown, depth: number): readonly string[] {
  if (typeof value !== 'object' || value === null || depth > 100) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item) => textsWithin(item, depth + 1));
  }
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === 'text' && typeof inner === 'string' ? [inner] : textsWithin(inner, depth + 1),
  );
}
