import * as path from 'node:path';
import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';

/** The file or folder that a command's argument names: a URI, its text or JSON form, or an absolute path. */
export function uriArgument(value: unknown): vscode.Uri | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value === 'string' && value !== '') {
    if (path.isAbsolute(value)) {
      return vscode.Uri.file(value);
    }
    // A scheme of one letter is the drive of a Windows path.
    if (/^[a-z][a-z0-9+.-]+:/i.test(value)) {
      return vscode.Uri.parse(value, true);
    }
  }
  if (isUriLike(value)) {
    return vscode.Uri.from(value);
  }
  throw new AppError('argument/invalid', {
    args: { name: 'uri', reason: vscode.l10n.t('an absolute path or the URI of a file is expected') },
  });
}

/**
 * The files that a command is about: menus pass the one that was clicked and, behind it, all that is selected;
 * others pass one or a list. Empty where none was given.
 */
export function uriArguments(first: unknown, second: unknown): readonly vscode.Uri[] {
  const values: readonly unknown[] = Array.isArray(second) && second.length > 0 ? second : [first].flat();
  const uris = values.flatMap((value) => uriArgument(value) ?? []);
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

/** True where a person clicked: menus put the selection, or the place of the editor, behind the file. */
export function isFromMenu(second: unknown): boolean {
  return Array.isArray(second) || (typeof second === 'object' && second !== null && 'groupId' in second);
}

function isUriLike(value: unknown): value is { readonly scheme: string; readonly path: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'scheme' in value &&
    typeof value.scheme === 'string' &&
    'path' in value &&
    typeof value.path === 'string'
  );
}
