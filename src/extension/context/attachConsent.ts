import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import { withoutLinks } from '../sessions/sessionText';
import { keyOf } from './contextAddress';

const secretNames = [
  /^\.env(\..+)?$/,
  /^\.(npmrc|netrc|pgpass|htpasswd|git-credentials|dockercfg)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /\.(pem|key|pfx|p12|jks|keystore|kdbx|ppk|asc)$/,
  /(^|[._-])(secrets?|credentials?|passwords?)([._-]|$)/,
];
const secretFolders = ['.ssh', '.gnupg', '.aws', '.azure', '.kube'];
/** Names of files with a key in them that are meant to be shown. */
const harmless = /(\.(example|sample|template|dist)|\.pub)$/;

/** Whether a file is of a kind that holds passwords or keys, by its name and those of its folders. */
export function looksSecret(path: string): boolean {
  const parts = path.toLowerCase().split(/[\\/]/);
  const name = parts.at(-1) ?? '';
  return (
    !harmless.test(name) &&
    (secretNames.some((pattern) => pattern.test(name)) ||
      parts.slice(0, -1).some((part) => secretFolders.includes(part)))
  );
}

/** Asks before the text of a file that may hold secrets is read. True where there is nothing to ask. */
export async function mayAttach(uri: vscode.Uri): Promise<boolean> {
  const real = uri.scheme === 'file' ? await realpath(uri.fsPath).catch(() => uri.fsPath) : uri.path;
  if (!looksSecret(uri.path) && !looksSecret(real)) {
    return true;
  }
  return confirm(
    vscode.l10n.t('“{0}” may hold passwords or keys. Attach it anyway?', withoutLinks(keyOf(uri))),
    vscode.l10n.t('Its text is stored with the session and sent to the model with your next message.'),
  );
}

/** Asks before something is read that lies outside of the workspace. For addresses that no person typed or picked. */
export async function mayReachOutside(uri: vscode.Uri): Promise<boolean> {
  return (
    vscode.workspace.getWorkspaceFolder(uri) !== undefined ||
    confirm(
      vscode.l10n.t('“{0}” is outside of this workspace. Attach it?', withoutLinks(keyOf(uri))),
      vscode.l10n.t('Its text is stored with the session and sent to the model with your next message.'),
    )
  );
}

async function confirm(message: string, detail: string): Promise<boolean> {
  const attach = vscode.l10n.t('Attach');
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, attach)) === attach;
}
