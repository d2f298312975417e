/** How a folder's text is to be read. The host tells; the text alone cannot (`C:\x` is a fine name on Linux). */
export type PathStyle = 'posix' | 'windows';

export interface PathRules {
  readonly style: PathStyle;
  /** False where the disk takes two spellings for one folder (Windows, macOS by default). */
  readonly caseSensitive: boolean;
}

const uriPattern = /^([a-z][a-z0-9+.-]*):(\/\/([^/?#]*))?([^?#]*)(.*)$/i;
const unreserved = /[A-Za-z0-9\-._~]/;

/**
 * One spelling for a folder: no trailing separator, no `.` or `..`, single separators, an upper-case drive letter,
 * backslashes on Windows. Never looks at the disk: links are resolved before this.
 */
export function normalizeFolderPath(path: string, style: PathStyle): string {
  return style === 'windows' ? normalizeWindowsPath(path) : normalizePosixPath(path);
}

/**
 * One spelling for the URI of a folder: scheme and authority in lower case, percent escapes in one form, no dot
 * segments, no trailing slash. The path keeps its case. Text that is no URI comes back unchanged.
 */
export function normalizeFolderUri(uri: string): string {
  const match = uriPattern.exec(uri);
  if (match === null) {
    return uri;
  }
  const [, scheme = '', authorityPart, authority = '', path = '', rest = ''] = match;
  const host = authorityPart === undefined ? '' : `//${normalizeEscapes(authority).toLowerCase()}`;
  const segments = normalizeEscapes(path);
  const folder = segments.startsWith('/') ? normalizePosixPath(segments) : segments;
  // Behind an authority the root and no path at all are the same folder.
  const tail = folder === '/' && host !== '' && host !== '//' ? '' : folder;
  return `${scheme.toLowerCase()}:${host}${tail}${rest}`;
}

/** Equal for two spellings of one folder. For comparing only: it may not be a path that opens. */
export function folderComparisonKey(path: string, rules: PathRules): string {
  // Disks that ignore case also take composed and decomposed letters for the same name.
  const normal = normalizeFolderPath(path, rules.style);
  return rules.caseSensitive ? normal : normal.normalize('NFC').toLowerCase();
}

function normalizePosixPath(path: string): string {
  const absolute = path.startsWith('/');
  const joined = resolveSegments(path.split('/'), absolute).join('/');
  return absolute ? `/${joined}` : joined || '.';
}

function normalizeWindowsPath(path: string): string {
  const slashes = stripLongPathPrefix(path.replaceAll('/', '\\'));
  if (slashes.startsWith('\\\\')) {
    const [server = '', share = '', ...folders] = slashes.slice(2).split('\\').filter(Boolean);
    return ['\\', server, share, ...resolveSegments(folders, true)].filter(Boolean).join('\\').replace(/^\\*/, '\\\\');
  }
  const drive = /^([a-zA-Z]):/.exec(slashes)?.[1];
  const rest = drive === undefined ? slashes : slashes.slice(2);
  const absolute = rest.startsWith('\\');
  const joined = resolveSegments(rest.split('\\'), absolute).join('\\');
  const prefix = drive === undefined ? '' : `${drive.toUpperCase()}:`;
  return `${prefix}${absolute ? '\\' : ''}${joined}` || '.';
}

/** `\\?\C:\x` and `\\?\UNC\server\share` name the same folders as the short forms. */
function stripLongPathPrefix(path: string): string {
  if (/^\\\\[?.]\\unc\\/i.test(path)) {
    return `\\\\${path.slice(8)}`;
  }
  return /^\\\\[?.]\\[a-z]:/i.test(path) ? path.slice(4) : path;
}

function resolveSegments(segments: readonly string[], absolute: boolean): string[] {
  const resolved: string[] = [];
  for (const segment of segments) {
    if (segment === '' || segment === '.') {
      continue;
    }
    if (segment !== '..') {
      resolved.push(segment);
    } else if (resolved.length > 0 && resolved.at(-1) !== '..') {
      resolved.pop();
    } else if (!absolute) {
      resolved.push(segment);
    }
  }
  return resolved;
}

/** Escapes of plain characters are undone, all others are written in upper case. */
function normalizeEscapes(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return unreserved.test(character) ? character : escape.toUpperCase();
  });
}
