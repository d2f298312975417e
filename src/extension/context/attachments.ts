import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { Clock, Logger } from '../../core/base/ports';
import type { ContextItem, ContextKey } from '../../core/session/contextItem';
import { utf8Length } from '../../core/turn/utf8';
import type { ContextChip } from '../../protocol/chatProtocol';
import { openAsFile } from '../chat/codeActions';
import { withTimeout } from '../models/withTimeout';
import { mayAttach, mayReachOutside } from './attachConsent';
import type { AttachedAddresses } from './attachedAddresses';
import { parseAddress } from './contextAddress';
import { maxItems } from './contextLimits';
import { draftOfUri, type ContextDraft } from './contextSources';
import { currentText } from './sourceText';

export interface AttachmentsDeps {
  /** What is attached to the session shown, also while it has no row yet. */
  readonly context: {
    list(): Promise<readonly ContextItem[]>;
    put(items: readonly ContextItem[]): Promise<void>;
  };
  readonly addresses: AttachedAddresses;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A disk that does not answer must not keep the chat from showing. */
const lookTimeoutMs = 1000;

/** Attaches to the session shown what a person picked, and reads it again. Nothing else is ever read. */
export class Attachments {
  constructor(private readonly deps: AttachmentsDeps) {}

  /** Attaches items; returns them as they are shown. Rejects with `context/too-many`, and then attaches none. */
  async add(drafts: readonly ContextDraft[]): Promise<readonly ContextChip[]> {
    const { context, clock, addresses } = this.deps;
    const attached = await context.list();
    const named = drafts.map((draft) => withOwnKey(draft, attached));
    if (attached.length + named.filter((draft) => !attached.some((item) => isSame(item, draft))).length > maxItems) {
      throw new AppError('context/too-many', { args: { limit: maxItems } });
    }
    const items = named.map((draft) => ({ ...draft, createdAt: clock.now() }));
    if (items.length > 0) {
      await addresses.remember(items);
      await context.put(items);
    }
    return this.chips(items);
  }

  /**
   * Attaches files and folders that a person picked; asks before one that may hold secrets. What can be read is
   * attached also when something else cannot; then it rejects with the first reason.
   */
  async addUris(uris: readonly vscode.Uri[]): Promise<readonly ContextChip[]> {
    const drafts: ContextDraft[] = [];
    const failures: unknown[] = [];
    for (const uri of uris.slice(0, maxItems)) {
      try {
        if (await mayAttach(uri)) {
          drafts.push(await draftOfUri(uri));
        }
      } catch (error) {
        this.deps.logger.warn(`${uri.toString()} was not attached`, error);
        failures.push(error instanceof vscode.FileSystemError ? unreadable(uri, error) : error);
      }
    }
    const chips = await this.add(drafts);
    if (uris.length > maxItems) {
      failures.push(new AppError('context/too-many', { args: { limit: maxItems } }));
    }
    if (failures.length > 0) {
      throw failures[0];
    }
    return chips;
  }

  /** Attaches what was dropped on the chat; asks before anything outside of the workspace. */
  async attachUris(addresses: readonly string[]): Promise<void> {
    const allowed: vscode.Uri[] = [];
    for (const uri of addresses.map((address) => vscode.Uri.parse(address, true))) {
      if (await mayReachOutside(uri)) {
        allowed.push(uri);
      }
    }
    await this.addUris(allowed);
  }

  /** Items as the view shows them. Looks whether each can still be read, and changes nothing. */
  chips(items: readonly ContextItem[]): Promise<readonly ContextChip[]> {
    return Promise.all(
      items.map(async (item) => ({
        type: item.type,
        key: item.key,
        bytes: utf8Length(item.value),
        unreadable: item.uri !== null && !(await withTimeout(this.isReadable(item, item.uri), lookTimeoutMs, true)),
      })),
    );
  }

  /** The items with the text of their files as it is now. What cannot be read keeps the text that it had. */
  refresh(items: readonly ContextItem[]): Promise<readonly ContextItem[]> {
    return Promise.all(
      items.map(async (item) => {
        if (!this.deps.addresses.mayRead(item)) {
          return item;
        }
        try {
          const value = await currentText(item);
          return value === item.value ? item : { ...item, value };
        } catch (error) {
          this.deps.logger.info(`${item.type} ${item.key} cannot be read any more and is sent as it was`, error);
          return item;
        }
      }),
    );
  }

  /** Shows where an item comes from, or where that is not to be shown its text. */
  async open(item: ContextItem): Promise<void> {
    try {
      const { addresses } = this.deps;
      if (item.uri !== null && addresses.mayRead(item) && (await showSource(item.type, item.uri))) {
        return;
      }
    } catch (error) {
      this.deps.logger.debug(`${item.type} ${item.key} cannot be shown`, error);
    }
    await openAsFile(item.value, '');
  }

  private async isReadable(item: ContextItem, address: string): Promise<boolean> {
    return this.deps.addresses.mayRead(item) && isThere(parseAddress(address).uri);
  }
}

function isSame(a: ContextKey, b: ContextKey): boolean {
  return a.type === b.type && a.key === b.key;
}

/** Another text of the same terminal is another item: nobody can get the first one again. */
function withOwnKey(draft: ContextDraft, attached: readonly ContextItem[]): ContextDraft {
  const isTaken = (key: string): boolean =>
    attached.some((item) => isSame(item, { type: draft.type, key }) && item.value !== draft.value);
  let key = draft.key;
  for (let number = 2; draft.type === 'terminal' && isTaken(key); number++) {
    key = `${draft.key} (${number})`;
  }
  return { ...draft, key };
}

function unreadable(uri: vscode.Uri, cause: vscode.FileSystemError): AppError {
  const code = cause.code === 'FileNotFound' ? 'file/not-found' : 'file/failed';
  return new AppError(code, { args: { path: uri.fsPath }, cause });
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString())) {
    return true;
  }
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** False for what VS Code has no place to show it in. */
async function showSource(type: ContextItem['type'], address: string): Promise<boolean> {
  const { uri, lines } = parseAddress(address);
  if (type !== 'folder') {
    const selection = lines === undefined ? {} : { selection: new vscode.Range(lines.first - 1, 0, lines.last, 0) };
    await vscode.window.showTextDocument(uri, selection);
    return true;
  }
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) {
    return false;
  }
  await vscode.commands.executeCommand('revealInExplorer', uri);
  return true;
}
