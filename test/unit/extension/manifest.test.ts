import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', () => ({}));

interface Menu {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: object };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
    readonly menus: Readonly<Record<string, readonly Menu[]>>;
    readonly keybindings: readonly { readonly command: string; readonly when?: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly media: { readonly svg: string } }[] }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<
          string,
          {
            readonly default: unknown;
            readonly scope?: string;
            readonly description?: string;
            readonly markdownDescription?: string;
          }
        >
      >;
    };
  };
}

const root = path.resolve(import.meta.dirname, '../../..');
const readJson = <T>(file: string): T => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as T;
const manifestText = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = readJson<Manifest>('package.json');
const texts = readJson<Readonly<Record<string, string>>>('package.nls.json');
const { contributes } = manifest;
const contributed = contributes.commands.map(({ command }) => command);

describe('the manifest', () => {
  it('contributes exactly the commands that the code registers', async () => {
    const { commandIds } = await import('../../../src/extension/contributions/commands');
    expect([...contributed].sort()).toEqual([...commandIds].sort());
  });

  it('contributes exactly the settings that the code reads, with the same defaults', async () => {
    const { settingDefaults } = await import('../../../src/extension/contributions/configuration');
    const defaults = Object.fromEntries(
      Object.entries(contributes.configuration.properties).map(([key, { default: value }]) => [key, value]),
    );
    expect(defaults).toEqual(
      Object.fromEntries(Object.entries(settingDefaults).map(([key, value]) => [`rejoin.${key}`, value])),
    );
  });

  it('lets no workspace set an address, a place of storage, or what tools may do', async () => {
    const { personalSettings } = await import('../../../src/extension/contributions/configuration');
    const guarded = Object.entries(contributes.configuration.properties).flatMap(([key, { scope }]) =>
      scope === 'application' ? [key] : [],
    );
    expect(guarded.sort()).toEqual([...personalSettings].sort().map((key) => `rejoin.${key}`));
    expect(guarded).toEqual(['rejoin.defaultModel', 'rejoin.providers', 'rejoin.storage.path', 'rejoin.tools.enabled']);
  });

  it('lets a workspace that is not trusted neither speak to the model nor move sessions to the trash', () => {
    expect(manifest.capabilities.untrustedWorkspaces).toMatchObject({
      supported: 'limited',
      restrictedConfigurations: [
        'rejoin.instructions.file',
        'rejoin.skill',
        'rejoin.session.maxSessions',
        'rejoin.session.retentionDays',
      ],
    });
  });

  it('has a text for every placeholder, and no text that nobody uses', () => {
    const used = new Set([...manifestText.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]));
    expect([...used].sort()).toEqual(Object.keys(texts).sort());
  });

  it('puts every command into a category and names known commands in menus and keys', () => {
    expect(contributes.commands.filter(({ category }) => category !== 'Rejoin')).toEqual([]);
    const named = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(
      ({ command }) => command,
    );
    expect(named.filter((command) => !contributed.includes(command))).toEqual([]);
    expect(contributes.keybindings.filter(({ when }) => when === undefined)).toEqual([]);
  });

  it('keeps title bars short and puts deleting last', () => {
    const title = contributes.menus['view/title'] ?? [];
    for (const view of ['rejoin.chat', 'rejoin.sessions']) {
      const shown = title.filter(
        ({ when, group }) => when?.startsWith(`view == ${view}`) === true && group?.startsWith('navigation') === true,
      );
      expect(shown.length).toBeLessThanOrEqual(4);
    }
    const deleting = (contributes.menus['view/item/context'] ?? []).filter(
      ({ command, group }) => /delete/i.test(command) && group?.startsWith('inline') !== true,
    );
    expect(deleting.map(({ group }) => group?.slice(0, 1))).toEqual(deleting.map(() => '9'));
  });

  it('brings pictures along for every step, drawn without the styles that VS Code does not let in there', () => {
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    expect(pictures).toHaveLength(5);
    const packaged = readFileSync(path.join(root, 'test/golden/vsix-files.txt'), 'utf8').split('\n');
    for (const picture of pictures) {
      expect(packaged).toContain(picture);
      expect(readFileSync(path.join(root, picture), 'utf8')).not.toMatch(/<style|\sstyle=|\sclass=/);
    }
  });

  it('starts with a view, a command or a kind of file that the language server may know, and never with the window', () => {
    expect(manifest.activationEvents).toEqual(['onLanguage:json', 'onLanguage:yaml', 'onLanguage:markdown']);
  });

  it('depends on exact versions and on no telemetry', () => {
    expect(Object.entries(manifest.dependencies).filter(([, version]) => !/^\d/.test(version))).toEqual([]);
    expect(
      Object.keys(manifest.dependencies).filter((name) => /telemetry|insights|sentry|analytics/.test(name)),
    ).toEqual([]);
  });
});

describe('the texts in the code', () => {
  const sources = readdirSync(path.join(root, 'src/extension'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(root, 'src/extension', file), 'utf8'));

  it('have every placeholder filled from 0 upwards', () => {
    const templates = sources.flatMap((source) =>
      [...source.matchAll(/l10n\.t\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs)].map((match) => match[2] ?? ''),
    );
    expect(templates.length).toBeGreaterThan(50);
    for (const template of templates) {
      const numbers = [...template.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1]));
      expect([...new Set(numbers)].sort()).toEqual([...new Set(numbers)].map((_, index) => index));
    }
  });
});
