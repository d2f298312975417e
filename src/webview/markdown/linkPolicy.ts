/** Where a link leads, as a person may see it: the host always in its ASCII form, so that look-alikes show. */
export interface SafeLink {
  readonly href: string;
  readonly host: string;
}

const openableSchemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const rasterImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z\d+/]+=*$/i;
const maxDataImageLength = 1_400_000;
const maxHrefLength = 8_000;
const maxShownTarget = 300;

/** Characters of a link's words that are compared with where it leads. */
const maxComparedText = 2_000;
/** Names of files and products have dots as well, so that among other words a dot alone is no sign of an address. */
const addressSigns = /:\/\/|\bwww\.|[\p{L}\p{N}]@[\p{L}\p{N}]|\.(?:com|org|net|gov|edu|io|app|dev|co)\b/u;

/**
 * The link if it may be opened: http, https or mailto, absolute, and without anything that a browser would skip over.
 * What stands before an `@` is left out: it looks like the host and leads nowhere.
 */
export function safeLink(href: string): SafeLink | undefined {
  // Browsers drop control characters inside a scheme, so "java\nscript:" must not even be parsed.
  if (href.length > maxHrefLength || /[\p{Cc}\s]/u.test(href) || !/^(?:https?:\/\/|mailto:)/i.test(href)) {
    return undefined;
  }
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || !openableSchemes.has(url.protocol)) {
    return undefined;
  }
  url.username = '';
  url.password = '';
  return { href: url.href, host: url.host === '' ? url.pathname : url.host };
}

/** The image if it is embedded, of a raster format, and at most about 1 MB. Nothing else is ever loaded. */
export function embeddedImage(source: string): string | undefined {
  return source.length <= maxDataImageLength && rasterImage.test(source) ? source : undefined;
}

/** The host that a remote image would be loaded from, or its scheme when there is no host. */
export function imageOrigin(source: string): string {
  const link = safeLink(source.startsWith('//') ? `https:${source}` : source);
  return link?.host ?? /^[a-z][\w+.-]*:/i.exec(source)?.[0] ?? source.slice(0, 80);
}

/** A refused target as it is shown: enough of it to see what it is. */
export function shownTarget(href: string): string {
  return href.length > maxShownTarget ? `${href.slice(0, maxShownTarget)}…` : href;
}

/** True when the text names another place than the link's: the real one is then shown beside it. */
export function isMisleading(text: string, { host }: SafeLink): boolean {
  const words = text
    .slice(0, maxComparedText)
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .trim();
  const real = withoutPort(host.toLowerCase());
  const named = words.split(/\s+/).flatMap((word) => placeIn(word) ?? []);
  if (named.length === 0) {
    return words.includes('://') && !words.includes(real);
  }
  return (!/\s/.test(words) || addressSigns.test(words)) && named.some((place) => place !== real);
}

/** The first thing in a word that may be a host or a mail address. */
function placeIn(word: string): string | undefined {
  return word
    .match(/[\p{L}\p{N}\p{M}.@_+-]+/gu)
    ?.map((part) => part.replace(/^[.@]+|[.@]+$/g, ''))
    .find((part) => /[.@]/.test(part));
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}
