import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkspaceKey } from '../../../../src/core/session/session';
import { stubWindow } from '../../../support/vscodeWorkspaceStub';
import { SessionsFixture } from './sessionsFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

const elsewhere: WorkspaceKey = { directory: '/work/other', gitRoot: null };
const openai = { provider: 'openai', model: 'gpt-5' };
const ollama = { provider: 'ollama', model: 'qwen' };

let fixture: SessionsFixture;
/** Resolves when the person has chosen or left. */
let opened: Promise<unknown>;

beforeEach(async () => {
  fixture = await SessionsFixture.create();
});
afterEach(() => fixture.dispose());

/** Shows the list and waits for its sessions. */
async function open(...labels: readonly string[]): Promise<void> {
  opened = fixture.run('rejoin.openSession');
  await shows(...labels);
}

/** Waits until the list has these sessions, headings left out. */
async function shows(...labels: readonly string[]): Promise<void> {
  const headings = ['This workspace', 'Other folders', '$(add) New session'];
  await vi.waitFor(() => {
    expect(fixture.picker.labels.filter((label) => !headings.includes(label))).toEqual(labels);
    expect(fixture.picker.busy).toBe(false);
  });
}

describe('a row', () => {
  it('tells name, provider, age, messages and the end of the conversation, and marks the one that is shown', async () => {
    await fixture.add('Older', { model: ollama, reply: 'Use\n**tabs**' });
    fixture.currentId = await fixture.add('Cart bug', { model: openai, reply: 'The memo key' });
    fixture.store.clock.advance(5 * 60_000);
    await open('Cart bug', 'Older');
    expect(fixture.picker.itemOf('Cart bug')).toMatchObject({
      description: 'current · OpenAI · 5 min. ago · 2 messages · gpt-5 · shop',
      detail: 'The memo key',
      iconPath: { id: 'check' },
    });
    expect(fixture.picker.itemOf('Older').detail).toBe('Use tabs');
    expect(fixture.picker.activeItems).toEqual([fixture.picker.itemOf('Cart bug')]);
  });

  it('shows no icons and no hidden characters out of what was said', async () => {
    await fixture.add('$(trash) title', { reply: '$(check) safe\u202e' });
    await open('\\$(trash) title');
    expect(fixture.picker.itemOf('\\$(trash) title').detail).toBe('\\$(check) safe');
  });

  it('opens its session', async () => {
    const id = await fixture.add('Cart bug');
    await open('Cart bug');
    fixture.picker.choose('Cart bug');
    expect(await opened).toMatchObject({ id });
    expect(fixture.shown).toEqual([id]);
  });
});

describe('the list', () => {
  it('goes back to the chat when it is left', async () => {
    await fixture.add('Cart bug');
    await open('Cart bug');
    fixture.picker.hide();
    expect(await opened).toBeUndefined();
    expect(fixture.shown).toEqual([]);
  });

  it('starts a new session', async () => {
    await open();
    fixture.picker.choose('$(add) New session');
    await opened;
    expect(fixture.fresh).toBe(1);
  });
});

describe('the filters', () => {
  const press = (tooltip: string): void => fixture.picker.press(tooltip);

  it('show one provider, by its name for people, and all again', async () => {
    await fixture.add('Of OpenAI', { model: openai });
    await fixture.add('Of Ollama', { model: ollama });
    await open('Of Ollama', 'Of OpenAI');
    let offered: readonly string[] = [];
    stubWindow.answers.push((items) => {
      offered = items.map(({ label }) => label);
      return items[2] ?? [];
    });
    press('Show Only One Provider');
    await shows('Of OpenAI');
    expect(offered).toEqual(['All providers', 'ollama', 'OpenAI']);
    expect(fixture.picker.title).toBe('Open Session (OpenAI)');
    stubWindow.answers.push((items) => items[0] ?? []);
    press('Show Only One Provider');
    await shows('Of Ollama', 'Of OpenAI');
    expect(fixture.picker.title).toBe('Open Session');
    fixture.picker.hide();
  });

  it('stay as they are when the choice of a provider is left', async () => {
    await fixture.add('Of OpenAI', { model: openai });
    await open('Of OpenAI');
    press('Show Only One Provider');
    await vi.waitFor(() => expect(fixture.picker.isOpen).toBe(true));
    await shows('Of OpenAI');
    expect(fixture.picker.title).toBe('Open Session');
  });

  it('return to all when the last session of the provider is deleted', async () => {
    await fixture.add('Of OpenAI', { model: openai });
    await fixture.add('Of Ollama', { model: ollama });
    await open('Of Ollama', 'Of OpenAI');
    stubWindow.answers.push((items) => items[2] ?? []);
    press('Show Only One Provider');
    await shows('Of OpenAI');
    fixture.picker.pressOn('Of OpenAI', 'Delete Session');
    await shows('Of Ollama');
    expect(fixture.picker.title).toBe('Open Session');
  });

  it('leave out other folders, and bring them back', async () => {
    await fixture.add('Elsewhere', { key: elsewhere });
    await fixture.add('Here');
    await open('Here', 'Elsewhere');
    expect(fixture.picker.labels).toEqual([
      '$(add) New session',
      'This workspace',
      'Here',
      'Other folders',
      'Elsewhere',
    ]);
    press('Show Only Sessions of This Workspace');
    await shows('Here');
    press('Show Sessions of All Folders');
    await shows('Here', 'Elsewhere');
  });

  it('leave out archived sessions, and bring them back', async () => {
    const archived = await fixture.add('Archived');
    await fixture.add('Active');
    await fixture.manager.setArchived([archived], true);
    await open('Active', 'Archived');
    press('Hide Archived Sessions');
    await shows('Active');
    expect(fixture.picker.title).toBe('Open Session (not archived)');
    press('Show Archived Sessions');
    await shows('Active', 'Archived');
  });

  it('hold together', async () => {
    await fixture.add('Of OpenAI elsewhere', { model: openai, key: elsewhere });
    await fixture.add('Of OpenAI', { model: openai });
    await fixture.add('Of Ollama', { model: ollama });
    await open('Of Ollama', 'Of OpenAI', 'Of OpenAI elsewhere');
    press('Show Only Sessions of This Workspace');
    await shows('Of Ollama', 'Of OpenAI');
    stubWindow.answers.push((items) => items[2] ?? []);
    press('Show Only One Provider');
    await shows('Of OpenAI');
    expect(fixture.picker.title).toBe('Open Session (OpenAI · this workspace)');
  });

  it('of archived sessions are not there where only one kind is asked for', async () => {
    const pinned = fixture.run('rejoin.unpinSession');
    await vi.waitFor(() => expect(stubWindow.inputs).toHaveLength(1));
    expect(fixture.picker.buttons).toHaveLength(2);
    fixture.picker.hide();
    await pinned;
  });
});

describe('a session that is deleted in the list', () => {
  it('goes to the trash and out of the list', async () => {
    const id = await fixture.add('Cart bug');
    await fixture.add('Other');
    await open('Other', 'Cart bug');
    fixture.picker.pressOn('Cart bug', 'Delete Session');
    await shows('Other');
    expect((await fixture.manager.get(id)).deletedAt).not.toBeNull();
  });

  it('comes back into the list with the undo of the notice', async () => {
    const id = await fixture.add('Cart bug');
    await open('Cart bug');
    stubWindow.confirm = true;
    fixture.picker.pressOn('Cart bug', 'Delete Session');
    await vi.waitFor(() => expect(stubWindow.messages).toEqual(['Moved “Cart bug” to the trash.']));
    await vi.waitFor(async () => expect((await fixture.manager.get(id)).deletedAt).toBeNull());
    await shows('Cart bug');
  });

  it('leaves the chat alone unless it is the one shown there, which then gives way to a fresh one', async () => {
    fixture.currentId = await fixture.add('Shown');
    const other = await fixture.add('Other');
    await open('Other', 'Shown');
    fixture.picker.pressOn('Other', 'Delete Session');
    await shows('Shown');
    expect([fixture.fresh, (await fixture.manager.get(other)).deletedAt === null]).toEqual([0, false]);
    fixture.picker.pressOn('Shown', 'Delete Session');
    await shows();
    expect([fixture.fresh, fixture.currentId, fixture.picker.isOpen]).toEqual([1, null, true]);
  });

  it('and is gone already is told in words', async () => {
    const id = await fixture.add('Cart bug');
    await open('Cart bug');
    await fixture.manager.deleteForever([id]);
    fixture.picker.pressOn('Cart bug', 'Delete Session');
    await shows();
    expect(stubWindow.messages).toEqual([expect.stringContaining('There is no session with the id')]);
  });
});

describe('a session that is renamed in the list', () => {
  it('has the new name there', async () => {
    await fixture.add('Cart bug');
    await open('Cart bug');
    stubWindow.texts.push('Coupon bug');
    fixture.picker.pressOn('Cart bug', 'Rename Session');
    await shows('Coupon bug');
  });

  it.each([
    ['cancelled', undefined],
    ['left blank', '  '],
  ])('keeps its name when that is %s', async (_, text) => {
    const id = await fixture.add('Cart bug');
    await open('Cart bug');
    stubWindow.texts.push(...(text === undefined ? [] : [text]));
    fixture.picker.pressOn('Cart bug', 'Rename Session');
    await vi.waitFor(() => expect(fixture.picker.isOpen).toBe(true));
    await shows('Cart bug');
    expect((await fixture.manager.get(id)).title).toBe('Cart bug');
  });
});
