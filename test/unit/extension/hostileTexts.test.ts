import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import type { CheckpointSummary } from '../../../src/core/checkpoint/checkpointSummary';
import type { Session } from '../../../src/core/session/session';
import { askToImport } from '../../../src/extension/checkpoints/importDialogue';
import { conversationAsMarkdown } from '../../../src/extension/chat/conversationMarkdown';
import { sectionOf } from '../../../src/extension/sessions/sessionPickerItems';
import { confirmDeleteForever } from '../../../src/extension/sessions/sessionPrompts';
import { withoutLinks } from '../../../src/extension/sessions/sessionText';
import { createTreeItem, titleOf } from '../../../src/extension/sessions/sessionTreeItem';
import { session } from '../../support/builders';
import { hostilePayloads, payloadClasses } from '../../support/hostilePayloads';
import { vscodeStub } from '../../support/vscodeStub';

vi.mock('vscode', async () => {
  const { vscodeStub: stub } = await import('../../support/vscodeStub');
  return { ...stub, QuickPickItemKind: { Separator: -1, Default: 0 } };
});

/** Control, direction, zero-width, filler and tag characters, and halves of pairs. */
const hidden = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
/** What VS Code draws as an icon in a list, unless a backslash stands before it. */
const icon = /(?<!\\)\$\([a-z0-9-]+(?:~[a-z]+)?\)/i;
/** What VS Code makes a link of in a notification. */
const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+(?: (["']).+?\1)?\)/i;

const sessionNamed = (text: string): Session =>
  session({ title: text, directory: `/work/${text}`, model: text, provider: text, skill: text, preview: text });
const context = { now: Date.now(), locale: 'en', currentId: null, isLocal: () => false };

/** What a file brings whose every name is the text. */
function factsNamed(text: string): Parameters<typeof askToImport>[0] {
  return {
    uri: { path: `/work/${text.replaceAll('/', '_')}` } as Uri,
    summary: {
      messages: { user: 1, assistant: 1, system: 0 },
      models: [{ provider: text, model: text }],
      firstAt: null,
      lastAt: null,
      branches: 1,
      compactions: 0,
      losses: [],
    } as unknown as CheckpointSummary,
    problems: [],
    title: text,
    key: { directory: `/work/${text}`, gitRoot: null },
  };
}

interface Shown {
  readonly message: string;
  readonly options: { readonly detail?: string };
}
const shown: Shown[] = [];
beforeEach(() => {
  shown.length = 0;
  const tell = (message: string, options: unknown): Promise<undefined> => {
    shown.push({ message, options: options as Shown['options'] });
    return Promise.resolve(undefined);
  };
  vi.spyOn(vscodeStub.window, 'showInformationMessage').mockImplementation(tell as never);
  vi.spyOn(vscodeStub.window, 'showWarningMessage').mockImplementation(tell as never);
});

describe.each(payloadClasses)('a hostile text of the class %s', (kind) => {
  const payloads = hostilePayloads.filter((each) => each.kind === kind);

  it('is plain text in the tree, where nothing is read as Markdown', () => {
    for (const { name, text } of payloads) {
      const item = createTreeItem(
        { kind: 'session', session: sessionNamed(text), section: 'workspace' } as never,
        context,
      );
      const folder = createTreeItem({ kind: 'folder', directory: `/work/${text}` } as never, context);
      const { label, description, tooltip, accessibilityInformation } = item;
      const shownTexts = [tooltip, label, description, accessibilityInformation?.label, folder.label, folder.tooltip];
      const [tip = '', ...texts] = shownTexts.filter((each): each is string => typeof each === 'string');
      expect(texts, name).toHaveLength(5);
      // One line for each thing that the tooltip says, whatever line ends are in the texts.
      const lines = tip.split('\n');
      expect(lines, name).toHaveLength(7);
      expect(
        [...lines, ...texts].filter((each) => hidden.test(each)),
        name,
      ).toEqual([]);
      expect(label, name).not.toBe('');
    }
  });

  it('draws no icon in a list to choose from', () => {
    for (const { name, text } of payloads) {
      const items = sectionOf('Today', [sessionNamed(text)], {
        now: Date.now(),
        currentId: null,
        providerLabel: (id) => id,
        buttons: [],
      });
      const texts = items.flatMap(({ label, description, detail }) => [label, description ?? '', detail ?? '']);
      expect(
        texts.filter((each) => icon.test(each) || hidden.test(each)),
        name,
      ).toEqual([]);
    }
  });

  it('makes no link in a notification and no line of its own in a question', async () => {
    for (const { name, text } of payloads) {
      shown.length = 0;
      expect(withoutLinks(titleOf({ title: text })), name).not.toMatch(link);
      await confirmDeleteForever([sessionNamed(text)], '');
      await askToImport(factsNamed(text));
      const texts = shown.flatMap(({ message, options }) => [message, ...(options.detail ?? '').split('\n')]);
      expect(texts, name).toHaveLength(7);
      expect(
        texts.filter((each) => hidden.test(each)),
        name,
      ).toEqual([]);
    }
  });

  it('is one heading as a title of what is copied', () => {
    for (const { name, text } of payloads) {
      expect(conversationAsMarkdown({ title: text }, []), name).toMatch(/^# .*\n$/);
    }
  });
});
