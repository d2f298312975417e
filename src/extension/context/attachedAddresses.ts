import * as vscode from 'vscode';
import type { ContextItem } from '../../core/session/contextItem';
import { looksSecret } from './attachConsent';
import { keyOf, keyOfLines, parseAddress } from './contextAddress';

const stateKey = 'rejoin.attachedAddresses';
const maxAddresses = 500;

/**
 * Which addresses of attachments may be looked at. Sessions also come from files of others, and what such a file names
 * as attached must not make anything be read, and sent, that nobody attached here.
 */
export class AttachedAddresses {
  constructor(private readonly state: vscode.Memento) {}

  /** Notes that a person attached these. */
  async remember(items: readonly Pick<ContextItem, 'uri'>[]): Promise<void> {
    const added = items.flatMap(({ uri }) => uri ?? []);
    const others = this.addresses.filter((address) => !added.includes(address));
    if (added.length > 0) {
      await this.state.update(stateKey, [...others, ...added].slice(-maxAddresses));
    }
  }

  /** True for what was attached in this workspace, and for a file of its folders that is called what it is. */
  mayRead({ key, uri: address }: Pick<ContextItem, 'key' | 'uri'>): boolean {
    return address !== null && (this.addresses.includes(address) || isPlain(key, address));
  }

  private get addresses(): readonly string[] {
    return this.state.get<readonly string[]>(stateKey, []);
  }
}

function isPlain(key: string, address: string): boolean {
  const { uri, lines } = parseAddress(address);
  return (
    vscode.workspace.getWorkspaceFolder(uri) !== undefined &&
    !looksSecret(uri.path) &&
    key === (lines === undefined ? keyOf(uri) : keyOfLines(uri, lines))
  );
}
