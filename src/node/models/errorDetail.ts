const maxLength = 300;

/** A provider's own words for an error text: one short line in which no key stands. */
export function errorDetail(message: string, secrets: readonly string[]): string {
  const hidden = secrets
    .filter((secret) => secret.length >= 4)
    .reduce((text, secret) => text.replaceAll(secret, '***'), message);
  const line = hidden
    .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 ***')
    .replace(/\b(sk|pk|gsk|xai|ghp|gho|github_pat|AIza|key)[-_][\w*-]{6,}/g, '***')
    .replace(/\bAIza[\w-]{10,}/g, '***')
    // eslint-disable-next-line no-control-regex -- control characters are what has to go
    .replace(/[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
