import * as vscode from 'vscode';
import * as v from 'valibot';
import { contextTypes } from '../../core/session/contextItem';
import type { ContextChip } from '../../protocol/chatProtocol';
import { uriArgument } from '../checkpoints/uriArguments';
import { parseOptions } from '../platform/parseOptions';
import type { Attachments } from './attachments';
import { mayAttach } from './attachConsent';
import { withinSize } from './contextLimits';
import { pickContext, type ContextChoice } from './contextPicker';
import { draftsOfSelection, type ContextDraft } from './contextSources';

export interface ContextCommandDeps {
  readonly attachments: Pick<Attachments, 'add' | 'addUris'>;
  /** Shows the chat and moves the keyboard there. */
  readonly focusChat: () => Promise<void>;
}

const text = v.pipe(v.string(), v.nonEmpty());
const itemSchema = v.object({ type: v.picklist(contextTypes), key: text, value: text });

/** Commands that attach to the session shown. They return what was attached, and undefined when the person cancels. */
export function createContextCommands({ attachments, focusChat }: ContextCommandDeps) {
  return {
    /** Takes a file or folder, or an item `{type, key, value}`, or several of them; asks when there is none. */
    'rejoin.attachContext': async (argument?: unknown): Promise<readonly ContextChip[] | undefined> => {
      const choice = argument == null ? await pickContext() : readChoice(argument);
      return choice === undefined
        ? undefined
        : [...(await attachments.add(choice.drafts)), ...(await attachments.addUris(choice.uris))];
    },

    /** Attaches what is selected in the editor, and moves the keyboard to the chat. */
    'rejoin.addSelectionToChat': async (): Promise<readonly ContextChip[] | undefined> => {
      const editor = vscode.window.activeTextEditor;
      const drafts = draftsOfSelection(editor);
      if (editor !== undefined && !(await mayAttach(editor.document.uri))) {
        return undefined;
      }
      const chips = await attachments.add(drafts);
      await focusChat();
      return chips;
    },
  };
}

function readChoice(argument: unknown): ContextChoice {
  const entries: readonly unknown[] = [argument].flat();
  return {
    drafts: entries.filter(isItem).map(readItem),
    uris: entries.filter((entry) => !isItem(entry)).flatMap((entry) => uriArgument(entry) ?? []),
  };
}

function isItem(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'type' in entry;
}

function readItem(entry: unknown): ContextDraft {
  const { type, key, value } = parseOptions('context', itemSchema, entry);
  return { type, key, uri: null, value: withinSize(key, value) };
}
