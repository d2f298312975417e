import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { asTyped, joinDrafts, textAfterSending } from '../../core/session/drafts';
import type { SessionId } from '../../core/session/session';
import type { StoredEvent } from '../../core/session/sessionEvent';
import {
  completeSlash,
  parseComposerInput,
  slashCommandNames,
  type ComposerInput,
  type SlashCommandName,
  type SlashEntry,
} from '../../core/session/slashCommands';
import type { QueuedMessage } from '../../protocol/chatProtocol';
import { formatString } from '../../protocol/viewStrings';
import { RpcError } from '../../protocol/rpcEndpoint';
import type { ChatActions, OutgoingMessage } from '../state/chatActions';
import type { ChatStore } from '../state/chatStore';
import { withAddedText } from './composerText';
import {
  atDraft,
  draftBehind,
  draftToKeep,
  recallable,
  recallEarlier,
  recallLater,
  type HistoryState,
} from './inputHistory';

/** Something to say next to the text box. Errors are announced at once, hints when there is time. */
export interface ComposerNote {
  readonly kind: 'error' | 'hint';
  readonly text: string;
  /** Of a store that could not be written: it says nothing any more once that is over. */
  readonly ofStore?: true;
}

export interface ComposerDeps {
  readonly store: ChatStore;
  readonly actions: ChatActions;
  readonly createId: () => string;
  /** Called with the draft to keep whenever it changed. */
  readonly onDraft: (draft: string) => void;
  /** Saves at once what `onDraft` was called with. */
  readonly saveDraft: () => void;
}

/** The composer without its looks: the text, what sending it means, and earlier messages. A text is only ever cleared once it is safe. */
export class ComposerController {
  readonly text = signal('');
  readonly note = signal<ComposerNote | null>(null);
  readonly helpShown = signal(false);
  readonly sending = signal(false);
  /** Grows when the text box is to take the keyboard. */
  readonly focusRequests = signal(0);
  readonly running: ReadonlySignal<boolean>;
  readonly canSend: ReadonlySignal<boolean>;
  private history: HistoryState = atDraft;
  /** A message that failed keeps its id, so that sending it again cannot store it twice. */
  private failedAttempt: { readonly sessionId: SessionId; readonly typed: string; readonly id: string } | undefined;

  constructor(private readonly deps: ComposerDeps) {
    const { store } = deps;
    this.running = computed(() => store.turnId.value !== null);
    this.canSend = computed(() => !this.sending.value && this.isSendable(this.text.value));
  }

  get isRecalling(): boolean {
    return this.history.steps > 0;
  }

  get historyState(): HistoryState {
    return this.history;
  }

  /** Shows the draft of another session. */
  restore(draft: string): void {
    this.history = atDraft;
    this.failedAttempt = undefined;
    this.note.value = null;
    this.helpShown.value = false;
    this.text.value = draft;
  }

  /** The store can be written again: what it kept from being sent can be sent now. */
  storeRecovered(): void {
    if (this.note.peek()?.ofStore === true) {
      this.note.value = null;
    }
  }

  /** The person changed the text. */
  type(text: string): void {
    this.note.value = null;
    this.setText(text);
  }

  /** Takes the keyboard, with a text to go behind what is there. */
  focus(text?: string): void {
    if (text !== undefined && text !== '') {
      this.type(withAddedText(this.text.value, text));
    }
    this.focusRequests.value += 1;
  }

  /** Shows the message before (`earlier`) or after the one shown. False when there is none. */
  recall(direction: 'earlier' | 'later'): boolean {
    const recent = this.recentMessages();
    const move = (direction === 'earlier' ? recallEarlier : recallLater)(this.history, this.text.value, recent);
    if (move === undefined) {
      return false;
    }
    this.history = move.state;
    this.setText(move.text);
    return true;
  }

  /** What may be meant by a text that begins with a slash. */
  complete(text: string): readonly SlashEntry[] {
    return completeSlash(text, this.deps.store.skill.value.available);
  }

  /** Takes a waiting message back to be changed, in front of what is there. One that was sent by now stays sent. */
  async takeBack(message: QueuedMessage): Promise<void> {
    const typed = asTyped(message);
    this.type(joinDrafts(typed, this.text.value));
    this.deps.saveDraft();
    this.focus();
    if (!(await this.deps.actions.unqueue(message.clientMessageId))) {
      this.setText(textAfterSending(this.text.value, typed));
    }
  }

  /** Does what the text asks for: sends it, runs its command, or says why not. */
  async submit(): Promise<void> {
    const text = this.text.value;
    const input = this.parse(text);
    if (this.sending.value || input.kind === 'empty') {
      return;
    }
    if (input.kind === 'unknown-command') {
      const names = [...slashCommandNames, ...this.deps.store.skill.peek().available.map(({ name }) => name)];
      const known = names.map((name) => `/${name}`).join(' ');
      this.note.value = { kind: 'error', text: formatString(this.strings.unknownCommand, input.name, known) };
    } else if (input.kind === 'command') {
      await this.runCommand(input.name, input.argument, text);
    } else if (this.canSend.value) {
      await this.send(text, input.kind === 'skill' ? { text: input.argument, skill: input.name } : { text });
    } else {
      this.note.value = { kind: 'hint', text: this.whyNotSendable() };
    }
  }

  private whyNotSendable(): string {
    const { store } = this.deps;
    const missing = store.model.peek()?.missing;
    const status = store.store.peek();
    // What is wrong with the store stands above already.
    if (status?.kind === 'unavailable' || status?.kind === 'readOnly') {
      return this.strings.notSendable;
    }
    return missing == null ? this.strings.noModelTitle : formatString(this.strings.modelMissing, missing.model);
  }

  private get strings() {
    return this.deps.store.strings.peek();
  }

  private parse(text: string): ComposerInput {
    return parseComposerInput(text, this.deps.store.skill.value.available);
  }

  private isSendable(text: string): boolean {
    const { store } = this.deps;
    const input = this.parse(text);
    if (input.kind !== 'message' && input.kind !== 'skill') {
      return input.kind !== 'empty';
    }
    const model = store.model.value;
    const status = store.store.value?.kind;
    const canStore = status !== 'unavailable' && status !== 'readOnly';
    return canStore && model !== null && model.ref !== null && model.missing === null;
  }

  private async send(typed: string, message: Pick<OutgoingMessage, 'text' | 'skill'>): Promise<void> {
    const sessionId = this.deps.store.sessionId.peek();
    if (sessionId === null) {
      return;
    }
    const failed = this.failedAttempt;
    const clientMessageId =
      failed?.typed === typed && failed.sessionId === sessionId ? failed.id : this.deps.createId();
    this.sending.value = true;
    this.note.value = null;
    try {
      await this.deps.actions.send(sessionId, { ...message, clientMessageId });
      this.failedAttempt = undefined;
      const shown = this.deps.store.data.peek();
      // Of a session that is shown no more the host has the draft, and what stands here is another one's.
      if (shown?.sessionId === sessionId || shown?.takesOver === sessionId) {
        this.clearSent(typed);
      }
    } catch (error) {
      this.failedAttempt = { sessionId, typed, id: clientMessageId };
      const ofStore = error instanceof RpcError && error.code.startsWith('store/');
      this.note.value = { kind: 'error', text: this.whyNotSent(error), ...(ofStore ? { ofStore } : {}) };
    } finally {
      this.sending.value = false;
    }
  }

  /** A skill that cannot be used says so itself; everything else kept the message from being saved. */
  private whyNotSent(error: unknown): string {
    const message = error instanceof Error ? error.message : '';
    const ofSkill = error instanceof RpcError && error.code.startsWith('skill/');
    return ofSkill ? message : formatString(this.strings.notSaved, message);
  }

  /** Cleared before it runs, so that the command is not left behind as the draft of the session that it leaves. */
  private async runCommand(name: SlashCommandName, argument: string, text: string): Promise<void> {
    this.clearSent(text);
    if (name === 'help') {
      this.helpShown.value = true;
      return;
    }
    this.sending.value = true;
    try {
      const done = await this.perform(name, argument);
      if (!done && this.text.value === '') {
        this.setText(text);
      }
    } finally {
      this.sending.value = false;
    }
  }

  private perform(name: Exclude<SlashCommandName, 'help'>, argument: string): Promise<boolean> {
    const { actions } = this.deps;
    switch (name) {
      case 'new':
        return actions.newSession();
      case 'model':
        return actions.pickModel();
      case 'skill':
        return argument === '' ? actions.pickSkill() : actions.pickSkill(argument);
      case 'rename':
        return argument === '' ? actions.rename() : actions.rename(argument);
      case 'attach':
        return actions.runInSession('context/attach');
      case 'compact':
        return actions.runInSession('compaction/start');
      case 'export':
        return actions.runInSession('session/export');
      case 'import':
        return actions.run('session/import');
    }
  }

  private clearSent(sent: string): void {
    const rest = textAfterSending(this.text.value, sent);
    const behind = draftBehind(this.history);
    this.history = atDraft;
    this.setText(rest === '' ? behind : rest);
  }

  private setText(text: string): void {
    this.text.value = text;
    this.deps.onDraft(draftToKeep(this.history, text, this.recentMessages()));
  }

  private recentMessages(): readonly string[] {
    const messages = this.deps.store.events.peek().flatMap((event) => typedText(event) ?? []);
    return recallable(messages);
  }
}

/** What a person typed to send a message or call a skill. Of one that is not all here a part would be sent again. */
function typedText({ body, cut }: StoredEvent): string | undefined {
  if (cut !== undefined) {
    return undefined;
  }
  if (body.type === 'skill_invocation') {
    return asTyped({ text: body.arguments ?? '', skill: body.name });
  }
  return body.type === 'user_message' ? body.content : undefined;
}
