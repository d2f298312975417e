import path from 'node:path';
import { pathToFileURL } from 'node:url';

type Parts = { readonly scheme: string; readonly authority?: string; readonly path: string; readonly query?: string };

/** As much of `vscode.Uri` as files need. */
export class Uri {
  readonly authority: string;
  readonly query: string;

  private constructor(
    readonly scheme: string,
    readonly path: string,
    { authority = '', query = '' }: Partial<Parts> = {},
  ) {
    this.authority = authority;
    this.query = query;
  }

  static file(file: string): Uri {
    return new Uri('file', decodeURIComponent(pathToFileURL(file).pathname));
  }

  static from(parts: Parts): Uri {
    return new Uri(parts.scheme, parts.path, parts);
  }

  static parse(text: string): Uri {
    const url = new URL(text);
    const parts = { authority: url.host, query: decodeURIComponent(url.search.slice(1)) };
    return new Uri(url.protocol.slice(0, -1), decodeURIComponent(url.pathname), parts);
  }

  static joinPath(base: Uri, ...names: readonly string[]): Uri {
    return base.with({ path: path.posix.join(base.path, ...names) });
  }

  get fsPath(): string {
    return this.path;
  }

  with(change: Partial<Parts>): Uri {
    return Uri.from({ scheme: this.scheme, authority: this.authority, path: this.path, query: this.query, ...change });
  }

  toString(skipEncoding = false): string {
    const encode = skipEncoding ? (text: string) => text : encodeURI;
    const query = this.query === '' ? '' : `?${encodeURIComponent(this.query)}`;
    return `${this.scheme}://${this.authority}${encode(this.path)}${query}`;
  }
}
