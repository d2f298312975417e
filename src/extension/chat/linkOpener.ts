import * as vscode from 'vscode';

const allowedSchemes = new Set(['http', 'https', 'mailto']);

/**
 * Opens a link of a message outside VS Code. Anything but web and mail addresses is refused; VS Code itself asks
 * before it opens a domain that the person has not trusted.
 */
export async function openLink(href: string): Promise<void> {
  const uri = parse(href);
  if (uri === undefined || !allowedSchemes.has(uri.scheme)) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('This link was not opened, because only web and mail addresses are.'),
    );
    return;
  }
  await vscode.env.openExternal(uri);
}

function parse(href: string): vscode.Uri | undefined {
  try {
    const url = new URL(href);
    // What stands before an `@` looks like the host, also where VS Code asks before it opens the link.
    url.username = '';
    url.password = '';
    return vscode.Uri.parse(url.href, true);
  } catch {
    return undefined;
  }
}
