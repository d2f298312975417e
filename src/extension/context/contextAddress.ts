import * as vscode from 'vscode';

/** Lines of a file, from 1, both included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** Where an item comes from, as a person reads it: a path inside the folder, with the folder's name where there are several. */
export function keyOf(uri: vscode.Uri): string {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder?.uri.toString() === uri.toString() ? folder.name : vscode.workspace.asRelativePath(uri);
}

/** The name of some lines of a file, such as `src/cart.ts:12-40`. */
export function keyOfLines(uri: vscode.Uri, { first, last }: LineRange): string {
  return `${keyOf(uri)}:${first === last ? first : `${first}-${last}`}`;
}

/** The address of some lines of a file. Null for a document that needs the place of the lines for itself. */
export function addressOfLines(uri: vscode.Uri, { first, last }: LineRange): string | null {
  return uri.fragment === '' ? uri.with({ fragment: `L${first}-${last}` }).toString() : null;
}

/** A file and, where the address is of a part of it, its lines. */
export function parseAddress(address: string): { readonly uri: vscode.Uri; readonly lines: LineRange | undefined } {
  const uri = vscode.Uri.parse(address);
  const [, first, last] = /^L(\d+)-(\d+)$/.exec(uri.fragment) ?? [];
  return first === undefined || last === undefined
    ? { uri, lines: undefined }
    : { uri: uri.with({ fragment: '' }), lines: { first: Number(first), last: Number(last) } };
}
