import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { RpcError } from '../../../src/protocol/rpcEndpoint';
import { ComposerController } from '../../../src/webview/composer/composerController';
import { textAfterSending } from '../../../src/core/session/drafts';
import { isSendKey, withAddedText, type SendKey } from '../../../src/webview/composer/composerText';
import {
  atDraft,
  canRecallEarlier,
  canRecallLater,
  draftToKeep,
  recallable,
  recallEarlier,
  recallLater,
} from '../../../src/webview/composer/inputHistory';
import type { ChatActions, OutgoingMessage } from '../../../src/webview/state/chatActions';
import { createChatStore } from '../../../src/webview/state/chatStore';
import { LogBuilder, sessionId, snapshot, turn } from '../../webview/support/conversation';

const key = (patch: Partial<SendKey>): SendKey => ({
  key: 'Enter',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  keyCode: 13,
  ...patch,
});

describe('isSendKey', () => {
  it.each<[string, Partial<SendKey>, boolean, boolean]>([
    ['Enter', {}, true, false],
    ['Shift+Enter', { shiftKey: true }, false, false],
    ['Ctrl+Enter', { ctrlKey: true }, true, true],
    ['Cmd+Enter', { metaKey: true }, true, true],
    ['Alt+Enter', { altKey: true }, false, false],
    ['Enter within a composition', { isComposing: true }, false, false],
    ['Enter that ends a composition', { keyCode: 229 }, false, false],
    ['another key', { key: 'a', keyCode: 65 }, false, false],
  ])('%s', (_name, patch, whenEnterSends, whenItDoesNot) => {
    expect(isSendKey(key(patch), true)).toBe(whenEnterSends);
    expect(isSendKey(key(patch), false)).toBe(whenItDoesNot);
  });
});

describe('inputHistory', () => {
  const recent = ['newest', 'older', 'oldest'];

  it('goes back and forth and ends with the draft as it was', () => {
    const one = recallEarlier(atDraft, 'my draft', recent);
    const two = recallEarlier(one?.state ?? atDraft, one?.text ?? '', recent);
    expect([one?.text, two?.text]).toEqual(['newest', 'older']);
    const back = recallLater(two?.state ?? atDraft, two?.text ?? '', recent);
    const draft = recallLater(back?.state ?? atDraft, back?.text ?? '', recent);
    expect([back?.text, draft?.text]).toEqual(['newest', 'my draft']);
    expect(draft?.state.steps).toBe(0);
  });

  it('stops at the oldest message and at the draft', () => {
    expect(recallEarlier({ steps: 3, texts: {} }, 'oldest', recent)).toBeUndefined();
    expect(recallLater(atDraft, 'draft', recent)).toBeUndefined();
  });

  it('never loses a text, wherever the person wanders and types', () => {
    const move = fc.oneof(
      fc.constant('up'),
      fc.constant('down'),
      fc.string({ minLength: 1 }).map((text) => `type:${text}`),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        let state = atDraft;
        let text = '';
        const written = new Map<number, string>();
        for (const step of moves) {
          if (step.startsWith('type:')) {
            text = step.slice(5);
            written.set(state.steps, text);
            continue;
          }
          const next = (step === 'up' ? recallEarlier : recallLater)(state, text, recent);
          if (next !== undefined) {
            ({ state, text } = next);
            expect(text).toBe(written.get(state.steps) ?? (state.steps === 0 ? '' : recent[state.steps - 1]));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the draft for a reload while an earlier message is only looked at', () => {
    const looking = recallEarlier(atDraft, 'my draft', recent);
    expect(draftToKeep(looking?.state ?? atDraft, 'newest', recent)).toBe('my draft');
    expect(draftToKeep(looking?.state ?? atDraft, 'newest, changed', recent)).toBe('newest, changed');
  });

  it('offers each of several equal messages in a row once, newest first', () => {
    expect(recallable(['a', 'b', 'b', 'a'])).toEqual(['a', 'b', 'a']);
  });

  it('leaves the arrow keys alone within a text', () => {
    expect(canRecallEarlier(0, 0)).toBe(true);
    expect(canRecallEarlier(3, 3)).toBe(false);
    expect(canRecallEarlier(0, 3)).toBe(false);
    expect(canRecallLater(atDraft, 0, 0, 0)).toBe(false);
    expect(canRecallLater({ steps: 1, texts: {} }, 6, 6, 6)).toBe(true);
    expect(canRecallLater({ steps: 1, texts: {} }, 3, 3, 6)).toBe(false);
  });
});

describe('composerText', () => {
  it('keeps what was typed behind a message while it was stored', () => {
    expect(textAfterSending('hello', 'hello')).toBe('');
    expect(textAfterSending('hello and more', 'hello')).toBe('and more');
    expect(textAfterSending('something else', 'hello')).toBe('something else');
  });

  it('puts added text behind what is there', () => {
    expect(withAddedText('', 'selection')).toBe('selection');
    expect(withAddedText('see', 'selection')).toBe('see\nselection');
    expect(withAddedText('see\n', 'selection')).toBe('see\nselection');
  });
});

interface Setup {
  readonly composer: ComposerController;
  readonly actions: { readonly [K in keyof ChatActions]: ReturnType<typeof vi.fn> };
  readonly drafts: string[];
  /** Drafts that were to be saved at once. */
  readonly saved: string[];
  readonly store: ReturnType<typeof createChatStore>;
}

function setUp(patch: Parameters<typeof snapshot>[0] = {}): Setup {
  const store = createChatStore();
  store.apply([{ type: 'snapshot', snapshot: snapshot(patch) }]);
  const resolved = (): ReturnType<typeof vi.fn> => vi.fn(() => Promise.resolve(true));
  const actions = {
    send: resolved(),
    newSession: resolved(),
    pickModel: resolved(),
    pickSkill: resolved(),
    rename: resolved(),
    run: resolved(),
    runInSession: resolved(),
    unqueue: resolved(),
  } as unknown as Setup['actions'];
  const drafts: string[] = [];
  const saved: string[] = [];
  let count = 0;
  const composer = new ComposerController({
    store,
    actions: actions as unknown as ChatActions,
    createId: () => `id-${String((count += 1))}`,
    onDraft: (draft) => drafts.push(draft),
    saveDraft: () => saved.push(drafts.at(-1) ?? ''),
  });
  return { composer, actions, drafts, saved, store };
}

describe('ComposerController', () => {
  it('sends the text and clears it once the host has it', async () => {
    const { composer, actions, drafts } = setUp();
    composer.type('hello');
    let stored: () => void = () => undefined;
    actions.send.mockReturnValueOnce(new Promise<void>((resolve) => (stored = resolve)));
    const sending = composer.submit();
    expect(composer.text.value).toBe('hello');
    expect(composer.canSend.value).toBe(false);
    stored();
    await sending;
    expect(actions.send).toHaveBeenCalledExactlyOnceWith(sessionId, { text: 'hello', clientMessageId: 'id-1' });
    expect(composer.text.value).toBe('');
    expect(drafts.at(-1)).toBe('');
  });

  it('keeps the text and says why when the host could not store it, and sends it again under the same id', async () => {
    const { composer, actions } = setUp();
    actions.send.mockRejectedValueOnce(new RpcError({ code: 'store/full', message: 'The disk is full.' }));
    composer.type('precious');
    await composer.submit();
    expect(composer.text.value).toBe('precious');
    expect(composer.note.value).toMatchObject({ kind: 'error' });
    expect(composer.note.value?.text).toContain('The disk is full.');
    await composer.submit();
    composer.type('another');
    await composer.submit();
    const ids = actions.send.mock.calls.map((call: unknown[]) => (call[1] as OutgoingMessage).clientMessageId);
    expect(ids).toEqual(['id-1', 'id-1', 'id-2']);
  });

  it('does not send twice while the first is under way', async () => {
    const { composer, actions } = setUp();
    composer.type('once');
    await Promise.all([composer.submit(), composer.submit()]);
    expect(actions.send).toHaveBeenCalledOnce();
  });

  it('hands a message over while a reply runs, to wait for it', async () => {
    const { composer, actions } = setUp({ turn: turn() });
    composer.type('next question');
    await composer.submit();
    expect(actions.send).toHaveBeenCalledExactlyOnceWith(sessionId, { text: 'next question', clientMessageId: 'id-1' });
    expect(composer.text.value).toBe('');
    expect(composer.note.value).toBeNull();
  });

  describe('with a message that waits', () => {
    const waiting = { clientMessageId: 'm-1', text: 'src/a.ts', skill: 'review' };

    it('takes it back in front of what is typed, and saves that before it is taken out', async () => {
      const { composer, actions, saved } = setUp({ turn: turn(), queued: [waiting] });
      composer.type('half a thought');
      let savedBefore = 0;
      actions.unqueue.mockImplementationOnce(() => {
        savedBefore = saved.length;
        return true;
      });
      await composer.takeBack(waiting);
      expect(savedBefore).toBe(1);
      expect(saved).toEqual(['/review src/a.ts\n\nhalf a thought']);
      expect(composer.text.value).toBe('/review src/a.ts\n\nhalf a thought');
      expect(composer.focusRequests.value).toBe(1);
      expect(actions.unqueue).toHaveBeenCalledExactlyOnceWith('m-1');
    });

    it('leaves one alone that was sent by then', async () => {
      const { composer, actions } = setUp({ turn: turn(), queued: [waiting] });
      composer.type('half a thought');
      actions.unqueue.mockResolvedValueOnce(false);
      await composer.takeBack(waiting);
      expect(composer.text.value).toBe('half a thought');
    });
  });

  it('keeps the text and says so while the store can only be read, and sends it once it can be written', async () => {
    const { composer, actions, store } = setUp({ store: { kind: 'readOnly', text: 'The disk is read-only.' } });
    composer.type('precious');
    expect(composer.canSend.value).toBe(false);
    await composer.submit();
    expect(actions.send).not.toHaveBeenCalled();
    expect(composer.note.value).toEqual({ kind: 'hint', text: 'Nothing can be sent now. Your text stays here.' });
    expect(composer.text.value).toBe('precious');
    store.apply([{ type: 'snapshot', snapshot: snapshot({ seq: 1 }) }]);
    await composer.submit();
    expect(actions.send).toHaveBeenCalledOnce();
  });

  it('does not recall a message of which only a part is here', () => {
    const log = new LogBuilder();
    log.user('whole');
    const long = log.user('only the beginning');
    log.events.splice(-1, 1, { ...long, cut: 5 });
    const { composer } = setUp({ events: log.events });
    composer.recall('earlier');
    expect(composer.text.value).toBe('whole');
  });

  it.each([
    ['no model', { model: { ref: null, label: '', missing: null, hasAny: false, sharing: null } }],
    [
      'a missing model',
      { model: { ref: null, label: '', missing: { provider: 'p', model: 'gone' }, hasAny: true, sharing: null } },
    ],
    ['no store', { store: { kind: 'unavailable', error: { code: 'x', args: {} }, text: '', canRestore: false } }],
  ] as const)('sends nothing with %s and says so', async (_name, patch) => {
    const { composer, actions } = setUp(patch);
    composer.type('hello');
    expect(composer.canSend.value).toBe(false);
    await composer.submit();
    expect(actions.send).not.toHaveBeenCalled();
    expect(composer.note.value?.text).not.toBe('');
    expect(composer.text.value).toBe('hello');
  });

  it('runs commands instead of sending them, and leaves no draft of them', async () => {
    const { composer, actions, drafts } = setUp();
    for (const text of ['/new', '/model', '/rename A better title', '/rename']) {
      composer.type(text);
      await composer.submit();
      expect(composer.text.value).toBe('');
      expect(drafts.at(-1)).toBe('');
    }
    expect(actions.newSession).toHaveBeenCalledOnce();
    expect(actions.pickModel).toHaveBeenCalledOnce();
    expect(actions.rename.mock.calls).toEqual([['A better title'], []]);
    expect(actions.send).not.toHaveBeenCalled();
  });

  it.each([
    ['/skill', 'pickSkill', []],
    ['/skill review', 'pickSkill', ['review']],
    ['/attach', 'runInSession', ['context/attach']],
    ['/compact', 'runInSession', ['compaction/start']],
    ['/export', 'runInSession', ['session/export']],
    ['/import', 'run', ['session/import']],
  ] as const)('runs %s', async (text, action, args) => {
    const { composer, actions } = setUp();
    composer.type(text);
    await composer.submit();
    expect(actions[action].mock.calls).toEqual([args]);
    expect(composer.text.value).toBe('');
  });

  const skills = {
    current: null,
    missing: false,
    available: ['review', 'new'].map((name) => ({ name, description: name })),
  };

  it('sends a skill by its name with what was typed behind it, and a built-in name wins', async () => {
    const { composer, actions } = setUp({ skill: skills });
    for (const text of ['/review src/a.ts\nclosely', '/review', '/new']) {
      composer.type(text);
      expect(composer.canSend.value).toBe(true);
      await composer.submit();
      expect(composer.text.value).toBe('');
    }
    expect(actions.send.mock.calls).toEqual([
      [sessionId, { text: 'src/a.ts\nclosely', skill: 'review', clientMessageId: 'id-1' }],
      [sessionId, { text: '', skill: 'review', clientMessageId: 'id-2' }],
    ]);
    expect(actions.newSession).toHaveBeenCalledOnce();
  });

  it('keeps a skill that cannot be used, in the words of the host', async () => {
    const { composer, actions } = setUp({ skill: skills });
    actions.send.mockRejectedValueOnce(new RpcError({ code: 'skill/not-found', message: 'There is no such skill.' }));
    composer.type('/review x');
    await composer.submit();
    expect(composer.note.value).toEqual({ kind: 'error', text: 'There is no such skill.' });
    expect(composer.text.value).toBe('/review x');
  });

  it('holds a skill back like a message while no model answers', async () => {
    const model = { ref: null, label: '', missing: null, hasAny: false, sharing: null };
    const { composer, actions } = setUp({ skill: skills, model });
    composer.type('/review');
    await composer.submit();
    expect(actions.send).not.toHaveBeenCalled();
    expect(composer.note.value?.kind).toBe('hint');
  });

  it('names the skills too when a command is unknown', async () => {
    const { composer } = setUp({ skill: skills });
    composer.type('/reviwe');
    await composer.submit();
    expect(composer.note.value?.text).toContain('/review');
  });

  it('recalls a skill as it was typed', () => {
    const log = new LogBuilder();
    log.add({ type: 'skill_invocation', name: 'review', arguments: 'src/a.ts', content: 'Review it.' });
    const { composer } = setUp({ events: log.events });
    composer.recall('earlier');
    expect(composer.text.value).toBe('/review src/a.ts');
  });

  it('gives a command back that failed', async () => {
    const { composer, actions } = setUp();
    actions.rename.mockResolvedValueOnce(false);
    composer.type('/rename x');
    await composer.submit();
    expect(composer.text.value).toBe('/rename x');
  });

  it('shows help without asking the host', async () => {
    const { composer, actions } = setUp();
    composer.type('/help');
    await composer.submit();
    expect(composer.helpShown.value).toBe(true);
    expect(actions.send).not.toHaveBeenCalled();
  });

  it('explains an unknown command and keeps it', async () => {
    const { composer } = setUp();
    composer.type('/nwe');
    await composer.submit();
    expect(composer.note.value?.text).toContain('/nwe');
    expect(composer.note.value?.text).toContain('/new');
    expect(composer.text.value).toBe('/nwe');
  });

  it('sends a path as the message that it is', async () => {
    const { composer, actions } = setUp();
    composer.type('/usr/bin is full');
    await composer.submit();
    expect(actions.send).toHaveBeenCalledOnce();
  });

  it('brings the draft back after a recalled message was sent', async () => {
    const log = new LogBuilder();
    log.user('earlier question');
    const { composer, drafts } = setUp({ events: log.events });
    composer.type('half a thought');
    expect(composer.recall('earlier')).toBe(true);
    expect(composer.text.value).toBe('earlier question');
    expect(drafts.at(-1)).toBe('half a thought');
    await composer.submit();
    expect(composer.text.value).toBe('half a thought');
  });

  it('takes text from elsewhere behind the draft', () => {
    const { composer } = setUp();
    composer.type('look at');
    composer.focus('const x = 1;');
    expect(composer.text.value).toBe('look at\nconst x = 1;');
    expect(composer.focusRequests.value).toBe(1);
  });
});
