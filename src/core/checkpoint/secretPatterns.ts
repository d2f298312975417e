/** Stands where a secret was. */
export const redactedMark = '[redacted]';

const secretName = String.raw`(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|cookie)`;
const nameEndsSecret = new RegExp(`${secretName}$`, 'i');
/** A name and what may stand between it and the sign behind it; quotes may be escaped any number of times. */
const named = String.raw`(?<![\w-])[\w-]*${secretName}\\*["']?\s{0,4}`;
/** Types and placeholders that code and documents name in the place of a secret. */
const noSecret = String.raw`(?!(?:string|str|text|number|boolean|bytes|null|none|nil|undefined|true|false|required|optional|any|unknown)\b)`;
/** What looks like a value and not like a call, a variable or the beginning of a sentence. */
const bareValue = String.raw`${noSecret}[^\s"'\`;,&()<>{}[\]$\\]{4,}(?![\w.([])`;

/**
 * Shapes of secrets. Where a pattern has a group it stays, and the secret is what follows it. None of them takes a time
 * that grows faster than the text, whatever the text is.
 */
export const secretPatterns: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:(?:[^-]|-(?!----)){0,20000}-----END [A-Z0-9 ]*PRIVATE KEY-----|[\w+/=\s\\]*)/g,
  // Keys that have a shape of their own.
  /(?<![A-Za-z0-9])(?:sk-[\w-]{16,}|(?:sk|rk)_(?:live|test)_\w{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g,
  /(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|xox[abeprs]-[\w-]{10,}|npm_\w{30,}|hf_\w{20,})/g,
  /(?<![A-Za-z0-9])(?:eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+|SG\.[\w-]{16,}\.[\w-]{16,})/g,
  // Headers, and passwords in addresses.
  /(\bBearer\s{1,4})(?=\S{0,500}\d)[\w.~+/=-]{8,}/gi,
  /(\bAuthorization\\*["']?\s{0,4}[:=]\s{0,4}\\*["']?(?:Basic|Token)\s{1,4})[\w.~+/=-]{6,}/gi,
  /(:\/\/[^\s/:@]{1,200}:)(?!\[redacted\])[^\s/@]{1,200}(?=@)/g,
  // What a name says to be one: in quotes, behind `=`, and behind `:` with a digit in it or at the end of a line.
  new RegExp(String.raw`(${named}[:=]\s{0,4}\\*["'])(?!\[redacted\])[^"'\\\r\n]{4,}(?=\\*["'])`, 'gi'),
  new RegExp(String.raw`(${named}=\s{0,4})${bareValue}`, 'gi'),
  new RegExp(String.raw`(${named}:\s{0,4})(?=\S{0,200}\d|\S{1,200}[ \t]{0,20}$)${bareValue}`, 'gim'),
];

/** A name whose value is a secret, whatever that looks like. */
export function isSecretName(name: string): boolean {
  return nameEndsSecret.test(name);
}
