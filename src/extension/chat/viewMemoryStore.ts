import type * as vscode from 'vscode';
import type { ContextItem } from '../../core/session/contextItem';
import { joinDrafts, textAfterSending } from '../../core/session/drafts';
import type { SessionId } from '../../core/session/session';
import type { QueuedMessage, ViewMemory } from '../../protocol/chatProtocol';

const stateKey = 'rejoin.viewMemory';
const attachedKey = 'rejoin.unsavedContext';
const queuedKey = 'rejoin.queuedMessages';
/** Sessions without a draft whose scroll position is kept; the longest unused go first. A draft never goes by itself. */
const maxPositions = 200;
const emptyMemory: ViewMemory = { draft: '', scroll: null };

/** `unsaved` stands for the conversation that has no row yet, whatever id it will get. */
export type MemoryKey = SessionId | 'unsaved';

/**
 * Drafts, scroll positions and waiting messages of this workspace, and what is attached to a conversation without a
 * row: kept over reloads beside the store, because looking leaves no row there.
 */
export class ViewMemoryStore {
  /** What a slow view still sends for these must not bring their text back. */
  private readonly purged = new Set<MemoryKey>();

  constructor(private readonly state: vscode.Memento) {}

  get(key: MemoryKey): ViewMemory {
    return this.entries().find(([entry]) => entry === key)?.[1] ?? emptyMemory;
  }

  async set(key: MemoryKey, memory: ViewMemory): Promise<void> {
    if (this.purged.has(key)) {
      return;
    }
    const others = this.entries().filter(([entry]) => entry !== key);
    const isEmpty = memory.draft === '' && memory.scroll === null;
    const entries = isEmpty ? others : [...others, [key, memory] as const];
    const positions = entries.filter(([, { draft }]) => draft === '');
    const dropped = new Set(positions.slice(0, Math.max(0, positions.length - maxPositions)));
    await this.state.update(
      stateKey,
      entries.filter((entry) => !dropped.has(entry)),
    );
  }

  /** Puts a text below the draft. */
  async addToDraft(key: MemoryKey, text: string): Promise<void> {
    const memory = this.get(key);
    await this.set(key, { ...memory, draft: joinDrafts(memory.draft, text) });
  }

  /** Takes what was sent out of the draft that it was typed as. */
  async takeSent(key: MemoryKey, sent: string): Promise<void> {
    const memory = this.get(key);
    const draft = textAfterSending(memory.draft, sent);
    if (draft !== memory.draft) {
      await this.set(key, { ...memory, draft });
    }
  }

  /** Sessions in which messages wait, with these messages in order. */
  get queues(): readonly (readonly [SessionId, readonly QueuedMessage[]])[] {
    return this.state.get<readonly (readonly [SessionId, readonly QueuedMessage[]])[]>(queuedKey, []);
  }

  /** Resolves when it outlives the window. */
  async setQueue(id: SessionId, messages: readonly QueuedMessage[]): Promise<void> {
    const others = this.queues.filter(([session]) => session !== id);
    const queues = messages.length === 0 ? others : [...others, [id, messages] as const];
    await this.state.update(queuedKey, queues.length === 0 ? undefined : queues);
  }

  /** What is attached to the conversation without a row. */
  get unsavedContext(): readonly ContextItem[] {
    return this.state.get<readonly ContextItem[]>(attachedKey, []);
  }

  async setUnsavedContext(items: readonly ContextItem[]): Promise<void> {
    if (items.length > 0 || this.unsavedContext.length > 0) {
      await this.state.update(attachedKey, items.length === 0 ? undefined : items);
    }
  }

  async forget(keys: readonly MemoryKey[]): Promise<void> {
    await this.state.update(
      stateKey,
      this.entries().filter(([entry]) => !keys.includes(entry)),
    );
    if (keys.includes('unsaved')) {
      await this.setUnsavedContext([]);
    }
  }

  /** Forgets sessions that were deleted for good, and whatever comes for them later. */
  async purge(ids: readonly SessionId[]): Promise<void> {
    ids.forEach((id) => this.purged.add(id));
    await this.forget(ids);
  }

  private entries(): readonly (readonly [MemoryKey, ViewMemory])[] {
    return this.state.get<readonly (readonly [MemoryKey, ViewMemory])[]>(stateKey, []);
  }
}
