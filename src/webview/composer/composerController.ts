import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { SessionId } from '../../core/session/session';
import { parseComposerInput, slashCommandNames, type SlashCommandName } from '../../core/session/slashCommands';
import { formatString } from '../../protocol/viewStrings';
import type { ChatActions } from '../state/chatActions';
import type { ChatStore } from '../state/chatStore';
import { textAfterSending, withAddedText } from './composerText';
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
}

export interface ComposerDeps {
  readonly store: ChatStore;
  readonly actions: ChatActions;
  readonly createId: () => string;
  /** Called with the draft to keep whenever it changed. */
  readonly onDraft: (draft: string) => void;
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
  private failedAttempt: { readonly sessionId: SessionId; readonly text: string; readonly id: string } | undefined;

  constructor(private readonly deps: ComposerDeps) {
    const { store } = deps;
    this.running = computed(() => store.turnId.value !== null);
    this.canSend = computed(() => !this.running.value && !this.sending.value && this.isSendable(this.text.value));
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

  /** Does what the text asks for: sends it, runs its command, or says why not. */
  async submit(): Promise<void> {
    const text = this.text.value;
    const input = parseComposerInput(text);
    if (this.sending.value || input.kind === 'empty') {
      return;
    }
    if (input.kind === 'unknown-command') {
      const known = slashCommandNames.map((name) => `/${name}`).join(' ');
      this.note.value = { kind: 'error', text: formatString(this.strings.unknownCommand, input.name, known) };
    } else if (input.kind === 'command') {
      await this.runCommand(input.name, input.argument, text);
    } else if (this.running.value) {
      this.note.value = { kind: 'hint', text: this.strings.busyHint };
    } else if (this.canSend.value) {
      await this.send(text);
    } else {
      this.note.value = { kind: 'hint', text: this.whyNotSendable() };
    }
  }

  private whyNotSendable(): string {
    const { store } = this.deps;
    const missing = store.model.peek()?.missing;
    if (store.store.peek()?.kind === 'unavailable') {
      return this.strings.storeUnavailableTitle;
    }
    return missing == null ? this.strings.noModelTitle : formatString(this.strings.modelMissing, missing.model);
  }

  private get strings() {
    return this.deps.store.strings.peek();
  }

  private isSendable(text: string): boolean {
    const { store } = this.deps;
    const input = parseComposerInput(text);
    if (input.kind !== 'message') {
      return input.kind !== 'empty';
    }
    const model = store.model.value;
    return model !== null && model.ref !== null && model.missing === null && store.store.value?.kind !== 'unavailable';
  }

  private async send(text: string): Promise<void> {
    const sessionId = this.deps.store.sessionId.peek();
    if (sessionId === null) {
      return;
    }
    const same = this.failedAttempt?.text === text && this.failedAttempt.sessionId === sessionId;
    const id = same && this.failedAttempt !== undefined ? this.failedAttempt.id : this.deps.createId();
    this.sending.value = true;
    this.note.value = null;
    try {
      await this.deps.actions.send(sessionId, text, id);
      this.failedAttempt = undefined;
      this.clearSent(text);
    } catch (error) {
      this.failedAttempt = { sessionId, text, id };
      this.note.value = {
        kind: 'error',
        text: formatString(this.strings.notSaved, error instanceof Error ? error.message : ''),
      };
    } finally {
      this.sending.value = false;
    }
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
      case 'rename':
        return argument === '' ? actions.rename() : actions.rename(argument);
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
    const messages = this.deps.store.events
      .peek()
      .flatMap(({ body }) => (body.type === 'user_message' ? [body.content] : []));
    return recallable(messages);
  }
}
