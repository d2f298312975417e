import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { redactSecrets } from './platform/outputLogger';
import { textOfError } from './platform/errorTexts';
import type { StoreHost } from './platform/storeHost';

export interface DiagnosticsDeps {
  readonly store: StoreHost;
  readonly extensionVersion: string;
  /** Names of the providers that are set up; never addresses or keys. */
  readonly providerIds: () => readonly string[];
}

/** Versions, sizes and states for a bug report. Holds no message text, title, path of a session, or key. */
export async function collectDiagnostics(deps: DiagnosticsDeps): Promise<string> {
  const { state } = deps.store;
  const sqlite = await deps.store
    .openManager()
    .then((manager) => manager?.describeStore())
    .catch(() => undefined);
  const lines = {
    Rejoin: deps.extensionVersion,
    'VS Code': `${vscode.version} (${vscode.env.appName}, ${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'})`,
    Remote: vscode.env.remoteName ?? 'none',
    Platform: `${process.platform} ${process.arch}, Node ${process.version}`,
    SQLite: sqlite?.sqliteVersion ?? 'not opened',
    Journal: sqlite?.journalMode ?? 'not opened',
    Schema: String(sqlite?.schemaVersion ?? 'not opened'),
    Store: state.kind === 'unavailable' ? `unavailable: ${state.error.code} (${textOfError(state.error)})` : state.kind,
    'Store size':
      sqlite === undefined
        ? 'not opened'
        : `${await sizeOf(sqlite.path)} bytes, WAL ${await sizeOf(`${sqlite.path}-wal`)} bytes`,
    Providers: deps.providerIds().join(', ') || 'none',
    Trusted: String(vscode.workspace.isTrusted),
    Folders: String(vscode.workspace.workspaceFolders?.length ?? 0),
  };
  return redactSecrets(
    Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  );
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
