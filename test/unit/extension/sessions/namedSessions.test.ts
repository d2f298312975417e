import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTreeItem } from '../../../../src/extension/sessions/sessionTreeItem';
import { newSessionId, session } from '../../../support/builders';
import { SessionsFixture } from './sessionsFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

let fixture: SessionsFixture;
const open = (...args: readonly unknown[]): Promise<{ readonly id: string; readonly title: string }> =>
  fixture.run('rejoin.openSession', ...args);

beforeEach(async () => {
  fixture = await SessionsFixture.create();
});
afterEach(() => fixture.dispose());

describe('rejoin.openSession with a name', () => {
  it('opens the session of this workspace with that title, in any case', async () => {
    const id = await fixture.add('Cart bug');
    await fixture.add('Other');
    expect(await open(' cart BUG ')).toMatchObject({ id, title: 'Cart bug' });
    expect(fixture.shown).toEqual([id]);
  });

  it('takes an id before a title that reads like it', async () => {
    const id = await fixture.add('Cart bug');
    await fixture.add(id);
    expect(await open(id)).toMatchObject({ id });
  });

  it('says, with the name, that nothing has it, and creates nothing', async () => {
    await fixture.add('Elsewhere', { key: { directory: '/work/other', gitRoot: null } });
    for (const name of ['Nothing', 'Elsewhere', newSessionId()]) {
      await expect(open(name)).rejects.toThrow(`the name “${name}”`);
      await expect(open(name, { create: false })).rejects.toThrow('There is no session');
    }
    expect(fixture.created).toEqual([]);
  });

  it('creates it when told to, once', async () => {
    const first = await open('Cart bug', { create: true });
    expect(first).toMatchObject({ title: 'Cart bug' });
    expect(await open('cart bug', { create: true })).toMatchObject({ id: first.id });
    expect(fixture.created).toEqual(['Cart bug']);
  });

  it('creates one session for two calls at the same time', async () => {
    const [first, second] = await Promise.all([open('Cart bug', { create: true }), open('Cart bug', { create: true })]);
    expect(first.id).toBe(second.id);
    expect(fixture.created).toEqual(['Cart bug']);
  });

  it('creates nothing when the session could not be looked for', async () => {
    const byTitle = vi.spyOn(fixture.manager, 'findByTitle').mockRejectedValue(new Error('disk'));
    await expect(open('Cart bug', { create: true })).rejects.toThrow();
    byTitle.mockResolvedValue(undefined);
    vi.spyOn(fixture.manager, 'get').mockRejectedValue(new Error('disk'));
    await expect(open('Cart bug', { create: true })).rejects.toThrow();
    expect(fixture.created).toEqual([]);
  });

  it('does not find a session in the trash, whose name is free', async () => {
    const id = await fixture.add('Cart bug');
    await fixture.manager.moveToTrash([id]);
    await expect(open('Cart bug')).rejects.toThrow('There is no session');
    expect((await open('Cart bug', { create: true })).id).not.toBe(id);
  });

  it('refuses options of another shape', async () => {
    await fixture.add('Cart bug');
    await expect(open('Cart bug', { create: 'yes' })).rejects.toThrow('is not valid');
  });
});

it('the tooltip of a session names its skill', () => {
  const tooltipOf = (skill: string | null): unknown =>
    createTreeItem(
      { kind: 'session', session: session({ title: 'One', skill }) },
      { now: 0, locale: 'en', currentId: null, isLocal: () => true },
    ).tooltip;
  expect(tooltipOf('review')).toContain('Skill: review');
  expect(tooltipOf(null)).not.toContain('Skill');
});
