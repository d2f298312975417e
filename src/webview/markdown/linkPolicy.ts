/** Where a link leads, as a person may see it: the host always in its ASCII form, so that look-alikes show. */
export interface SafeLink {
  readonly href: string;
  readonly host: string;
}

const openableSchemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const rasterImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z\d+/]+=*$/i;
const maxDataImageLength = 1_400_000;
const maxHrefLength = 8_000;

/** The link if it may be opened: http, https or mailto, absolute, and without anything that a browser would skip over. */
export function safeLink(href: string): SafeLink | undefined {
  // Browsers drop control characters inside a scheme, so "java\nscript:" must not even be parsed.
  if (href.length > maxHrefLength || /[\p{Cc}\s]/u.test(href) || !/^(?:https?:\/\/|mailto:)/i.test(href)) {
    return undefined;
  }
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || !openableSchemes.has(url.protocol)) {
    return undefined;
  }
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

/** True when the text reads like an address of another place than the link's: the real one is then shown beside it. */
export function isMisleading(text: string, link: SafeLink): boolean {
  const named = /^\s*(?:https?:\/\/)?([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)(?:[:/?#]\S*)?\s*$/iu.exec(text)?.[1];
  return named !== undefined && named.toLowerCase() !== link.host.replace(/:\d+$/, '').toLowerCase();
}
