import * as vscode from 'vscode';

interface ContextKeyValues {
  /** The chat shows a session that has been stored. */
  'rejoin.hasSession': boolean;
  /** The session shown is being answered. */
  'rejoin.streaming': boolean;
  /** There is a model to send to. */
  'rejoin.hasModel': boolean;
}

const current = new Map<string, unknown>();

/** Sets a `when` clause key, once per change. */
export function setContextKey<K extends keyof ContextKeyValues>(key: K, value: ContextKeyValues[K]): void {
  if (current.get(key) === value) {
    return;
  }
  current.set(key, value);
  void vscode.commands.executeCommand('setContext', key, value);
}
