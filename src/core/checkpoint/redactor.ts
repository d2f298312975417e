import { isFields } from '../session/eventFields';
import { endOfString } from './jsonTree';
import { isSecretName, redactedMark, secretPatterns } from './secretPatterns';

type Kind = 'userName' | 'paths' | 'secrets';

/** A folder with what stands for it. */
export interface NamedFolder {
  readonly folder: string;
  readonly placeholder: string;
}

export interface RedactorOptions {
  readonly userName: string;
  /** A folder inside another one comes first. */
  readonly folders: readonly NamedFolder[];
  readonly redact: Readonly<Record<Kind, boolean>>;
}

const replacedUser = 'user';
/** Accounts that machines make, which name nobody; as words they stand in any text. */
const generalUsers = ['root', 'user', 'admin', 'administrator', 'ubuntu', 'node', 'vscode', 'codespace', 'runner'];
const homes =
  /(?<![\p{L}\p{N}_.~-])(?:[A-Za-z](?::|%3A)|(?:\/mnt)?\/[A-Za-z](?=\/Users))?[\\/]{1,8}(?:home|Users)[\\/]{1,8}[^\\/\s"'`<>|:*?,;()[\]{}]+/gu;
/** In paths of Windows inside of JSON there are two of them, and more inside of that. */
const separator = String.raw`[\\/]{1,8}`;

/** Replaces in texts what should not leave this machine, and counts it. What it has replaced it does not find again. */
export class Redactor {
  private readonly found: Record<Kind, number> = { userName: 0, paths: 0, secrets: 0 };
  private readonly folders: readonly { readonly pattern: RegExp; readonly placeholder: string }[];
  private readonly userName: RegExp | undefined;

  constructor(private readonly options: RedactorOptions) {
    this.folders = options.folders.flatMap(({ folder, placeholder }) => {
      const pattern = folderPattern(folder);
      return pattern === undefined ? [] : [{ pattern, placeholder }];
    });
    this.userName = userPattern(options.userName);
  }

  get counts(): Readonly<Record<Kind, number>> {
    return { ...this.found };
  }

  text(text: string): string {
    const { userName, paths, secrets } = this.options.redact;
    let result = text;
    if (secrets) {
      for (const pattern of secretPatterns) {
        result = this.replace('secrets', result, pattern, (kept) => `${kept}${redactedMark}`);
      }
    }
    if (paths) {
      for (const { pattern, placeholder } of this.folders) {
        result = this.replace('paths', result, pattern, () => placeholder);
      }
      result = this.replace('paths', result, homes, () => '~');
    }
    return userName && this.userName !== undefined
      ? this.replace('userName', result, this.userName, () => replacedUser)
      : result;
  }

  /** The text of a named value, whose name may say that it is a secret. */
  named(name: string, text: string): string {
    if (!this.options.redact.secrets || text === '' || text === redactedMark || !isSecretName(name)) {
      return this.text(text);
    }
    this.found.secrets++;
    return redactedMark;
  }

  /** All texts of a JSON value, names too; `keeps` names the fields of the value that stay as they are. */
  json(value: unknown, keeps: ReadonlySet<string> = new Set(), name = ''): unknown {
    if (typeof value === 'string') {
      return this.named(name, value);
    }
    if (Array.isArray(value)) {
      return value.map((item: unknown) => this.json(item, undefined, name));
    }
    if (!isFields(value)) {
      return value;
    }
    const fields = new Map<string, unknown>();
    for (const [key, item] of Object.entries(value)) {
      const kept = keeps.has(key) ? item : this.json(item, undefined, key);
      fields.set(freeName(this.text(key), fields), kept);
    }
    return Object.fromEntries(fields);
  }

  /** A text of JSON that may be damaged: each text in it by what it says, and the rest as it stands. */
  raw(text: string): string {
    let result = '';
    let position = 0;
    for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', position)) {
      const end = endOfString(text, start) + 1;
      result += text.slice(position, start) + this.quoted(text.slice(start, end));
      position = end;
    }
    return this.text(result + text.slice(position));
  }

  private quoted(quoted: string): string {
    const value = parseText(quoted);
    const replaced = value === undefined ? undefined : this.text(value);
    return replaced === undefined || replaced === value ? quoted : JSON.stringify(replaced);
  }

  private replace(kind: Kind, text: string, pattern: RegExp, by: (kept: string) => string): string {
    return text.replace(pattern, (match: string, kept: unknown) => {
      // Behind the groups come the offset and the text.
      const replacement = by(typeof kept === 'string' ? kept : '');
      this.found[kind] += replacement === match ? 0 : 1;
      return replacement;
    });
  }
}

/** A name that is not taken yet: two paths may have become the same one. */
export function freeName(
  name: string,
  taken: { readonly size: number; readonly has: (name: string) => boolean },
): string {
  let free = name;
  for (let number = taken.size; taken.has(free); number++) {
    free = `${name} (${number})`;
  }
  return free;
}

function userPattern(userName: string): RegExp | undefined {
  const name = userName.trim();
  return name.length < 2 || generalUsers.includes(name.toLowerCase())
    ? undefined
    : new RegExp(String.raw`(?<![\p{L}\p{N}])${escaped(name)}(?![\p{L}\p{N}])`, 'giu');
}

/** The folder in the spellings of paths, of JSON and of addresses. */
function folderPattern(folder: string): RegExp | undefined {
  const [first = '', ...segments] = folder.replace(/[\\/]+$/, '').split(/[\\/]+/);
  if (segments.length === 0) {
    return undefined;
  }
  const drive = /^[A-Za-z]:$/.test(first) ? `${first.charAt(0)}(?::|%3A)` : '';
  const start = drive === '' && first !== '' ? spellings(first) : drive;
  const path = [start, ...segments.map(spellings)].join(separator);
  const from = start === '' ? path.replace(separator, String.raw`[\\/]`) : path;
  return new RegExp(String.raw`(?<![\p{L}\p{N}_.~-])${from}(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}])`, 'giu');
}

function spellings(segment: string): string {
  const encoded = /\p{Surrogate}/u.test(segment) ? segment : encodeURIComponent(segment);
  return encoded === segment ? escaped(segment) : `(?:${escaped(segment)}|${escaped(encoded)})`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function parseText(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}
