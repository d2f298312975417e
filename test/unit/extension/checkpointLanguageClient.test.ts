import { beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/core/base/ports';
import {
  createCheckpointLanguageClient,
  type CheckpointLanguageClient,
} from '../../../src/extension/checkpoints/checkpointLanguageClient';
import type { LanguageClientOptions } from '../../../src/extension/checkpoints/languageClientBundle';
import { FakeClock } from '../../support/builders';

interface StubDocument {
  readonly path: string;
}

const editor = vi.hoisted(() => ({
  documents: [] as StubDocument[],
  opened: new Set<(document: StubDocument) => void>(),
  warnings: [] as string[],
  /** What the person chooses in the next warnings. */
  choices: [] as (string | undefined)[],
}));

vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  languages: { match: (_selector: unknown, { path }: StubDocument) => (path.includes('.rejoin') ? 10 : 0) },
  workspace: {
    get textDocuments() {
      return editor.documents;
    },
    onDidOpenTextDocument: (listener: (document: StubDocument) => void) => {
      editor.opened.add(listener);
      return { dispose: () => editor.opened.delete(listener) };
    },
  },
  window: {
    showWarningMessage: (text: string) => {
      editor.warnings.push(text);
      return Promise.resolve(editor.choices.shift());
    },
  },
}));

/** A server as the client sees it. */
class FakeServer {
  isStopped = false;

  constructor(readonly options: LanguageClientOptions) {}

  stop(): Promise<void> {
    this.isStopped = true;
    return Promise.resolve();
  }

  /** Ends without having been asked to. */
  async crash(): Promise<void> {
    this.options.onDidClose();
    await settle();
  }
}

let loads: string[];
let servers: FakeServer[];
let failures: number;
let clock: FakeClock;
let client: CheckpointLanguageClient;

/** Lets everything run that waits for nothing but promises. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const create = (): CheckpointLanguageClient =>
  createCheckpointLanguageClient({
    extensionPath: '/ext',
    logger: silentLogger,
    problemTexts: () => ({ code: 'words' }),
    clock,
    load: (file) => {
      loads.push(file);
      return {
        startLanguageClient: (options) => {
          if (failures-- > 0) {
            return Promise.reject(new Error('No start'));
          }
          const server = new FakeServer(options);
          servers.push(server);
          return Promise.resolve(server);
        },
      };
    },
  });

async function open(path: string): Promise<void> {
  editor.opened.forEach((listener) => listener({ path }));
  await settle();
}

beforeEach(() => {
  Object.assign(editor, { documents: [], opened: new Set(), warnings: [], choices: [] });
  [loads, servers, failures, clock] = [[], [], 0, new FakeClock()];
});

describe('the language client', () => {
  it('loads nothing before a checkpoint or a skill is open', async () => {
    client = create();
    await open('/work/package.json');
    expect(loads).toEqual([]);
    await open('/work/talk.rejoin.json');
    expect(loads).toEqual([expect.stringMatching(/[\\/]ext[\\/]dist[\\/]languageClient\.js$/)]);
    expect(servers[0]?.options).toMatchObject({
      serverFile: expect.stringMatching(/[\\/]ext[\\/]dist[\\/]server\.js$/),
      serverOptions: { problemTexts: { code: 'words' }, strings: { 'lens.import': 'Import as session' } },
    });
  });

  it('starts for one that is open already', async () => {
    editor.documents = [{ path: '/work/.rejoin/skills/a/SKILL.md' }];
    client = create();
    await settle();
    expect(servers).toHaveLength(1);
  });

  it('starts once for all of them', async () => {
    client = create();
    await Promise.all([open('/a.rejoin.json'), open('/b.rejoin.json')]);
    await open('/c.rejoin.yaml');
    expect(servers).toHaveLength(1);
  });

  it('ends with the extension and starts no more', async () => {
    client = create();
    await open('/a.rejoin.json');
    client.dispose();
    await settle();
    expect(servers.map(({ isStopped }) => isStopped)).toEqual([true]);
    expect(editor.opened.size).toBe(0);
    await servers[0]?.crash();
    expect(servers).toHaveLength(1);
  });

  it('ends a server that is still starting', async () => {
    editor.documents = [{ path: '/a.rejoin.json' }];
    client = create();
    client.dispose();
    await settle();
    expect(servers.map(({ isStopped }) => isStopped)).toEqual([true]);
  });
});

describe('a language server that crashes', () => {
  beforeEach(async () => {
    client = create();
    await open('/a.rejoin.json');
  });

  it('is started again, three times, and then the person is told once', async () => {
    for (let crash = 1; crash <= 3; crash++) {
      await servers.at(-1)?.crash();
      expect([servers.length, editor.warnings.length]).toEqual([crash + 1, 0]);
    }
    await servers.at(-1)?.crash();
    expect([servers.length, editor.warnings.length]).toEqual([4, 1]);
    await open('/b.rejoin.json');
    expect([servers.length, editor.warnings.length]).toEqual([4, 1]);
  });

  it('now and then is started again for ever', async () => {
    for (let crash = 1; crash <= 10; crash++) {
      clock.advance(2 * 60_000);
      await servers.at(-1)?.crash();
    }
    expect([servers.length, editor.warnings.length]).toEqual([11, 0]);
  });

  it('is started again when the person wants it', async () => {
    editor.choices = ['Restart'];
    for (let crash = 1; crash <= 4; crash++) {
      await servers.at(-1)?.crash();
    }
    expect([servers.length, editor.warnings.length]).toEqual([5, 1]);
    await servers.at(-1)?.crash();
    expect([servers.length, editor.warnings.length]).toEqual([6, 1]);
  });

  it('counts once, however often its end is told', async () => {
    await servers[0]?.crash();
    await servers[0]?.crash();
    expect(servers).toHaveLength(2);
  });
});

describe('restarting', () => {
  it('ends the server before it starts another one', async () => {
    client = create();
    await open('/a.rejoin.json');
    await client.restart();
    expect(servers.map(({ isStopped }) => isStopped)).toEqual([true, false]);
    expect(editor.warnings).toEqual([]);
  });

  it('starts one where none runs', async () => {
    client = create();
    await client.restart();
    expect(servers).toHaveLength(1);
  });

  it('says when the server does not start, and tries a few times more by itself', async () => {
    client = create();
    failures = 100;
    await expect(client.restart()).rejects.toThrow('No start');
    await settle();
    expect(loads).toHaveLength(4);
    expect(editor.warnings).toHaveLength(1);

    failures = 0;
    await client.restart();
    expect(servers).toHaveLength(1);
  });
});
