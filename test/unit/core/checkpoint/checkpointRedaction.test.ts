import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpointToRecord, recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { redactCheckpoint, type RedactionKind } from '../../../../src/core/checkpoint/checkpointRedaction';
import { writeCheckpoint } from '../../../../src/core/checkpoint/checkpointWriter';
import type { Checkpoint2 } from '../../../../src/core/checkpoint/checkpoint';
import { anyRecord } from './checkpointArbitraries';
import { documentOf, recordOf, someTime } from './checkpointRecords';

const secrets = {
  openai: 'sk-proj-AbCdEf0123456789AbCdEf0123456789',
  anthropic: 'sk-ant-api03-AbCdEf_0123456789-AbCdEf',
  github: 'ghp_AbCdEf0123456789AbCdEf0123456789',
  fineGrained: 'github_pat_11ABCDEFG0_abcdefghijklmnopqrstuv',
  aws: 'AKIAIOSFODNN7EXAMPLE',
  google: 'AIzaSyA-0123456789abcdefghijklmnopqrstuvw',
  slack: 'xoxb-0123456789-abcdefghij',
  stripe: 'sk_live_0123456789abcdefghij',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P',
};
const pem = `-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123456789\nabcdefg==\n-----END RSA PRIVATE KEY-----`;

function redact(checkpoint: Checkpoint2, ...kinds: readonly RedactionKind[]): ReturnType<typeof redactCheckpoint> {
  const [userName, paths, secretsToo] = (['userName', 'paths', 'secrets'] as const).map((kind) => kinds.includes(kind));
  return redactCheckpoint(checkpoint, {
    userName: 'mira',
    homeFolder: '/home/mira',
    redact: { userName: userName === true, paths: paths === true, secrets: secretsToo === true },
  });
}

const nowhere = { directory: null, gitRoot: null };

/** What becomes of one message. */
function redactText(content: string, ...kinds: readonly RedactionKind[]): string {
  const record = recordOf([{ body: { type: 'user_message', content } }], { directory: '/home/mira/shop' });
  const [event] = redact(recordToCheckpoint(record), ...kinds).checkpoint.events;
  return (event?.data as { content: string }).content;
}

describe('taking out secrets', () => {
  it.each(Object.entries(secrets))('finds a key by its shape: %s', (_, secret) => {
    expect(redactText(`export it: ${secret}, then`, 'secrets')).toBe('export it: [redacted], then');
  });

  it.each([
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer [redacted]'],
    ['Authorization: Basic bWlyYTpodW50ZXIy', 'Authorization: Basic [redacted]'],
    [`before ${pem} after`, 'before [redacted] after'],
    [pem.slice(0, -40), '[redacted]'],
    ['PASSWORD=hunter2', 'PASSWORD=[redacted]'],
    ['export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'export AWS_SECRET_ACCESS_KEY=[redacted]'],
    ['{"api_key": "not so secret"}', '{"api_key": "[redacted]"}'],
    ["clientSecret: 'swordfish'", "clientSecret: '[redacted]'"],
    ['password: hunter2 # yes', 'password: [redacted] # yes'],
    ['db:\n  password: swordfish\n', 'db:\n  password: [redacted]\n'],
    ['https://mira:hunter2@example.com/x', 'https://mira:[redacted]@example.com/x'],
    ['https://example.com/?token=abcdef&x=1', 'https://example.com/?token=[redacted]&x=1'],
    ['{\\"password\\":\\"hunter2\\"}', '{\\"password\\":\\"[redacted]\\"}'],
  ])('finds a secret by what stands before it: %j', (text, expected) => {
    expect(redactText(text, 'secrets')).toBe(expected);
    expect(redactText(expected, 'secrets')).toBe(expected);
  });

  it.each([
    'const token = getToken();',
    'interface A { password: string; token?: string }',
    'max_tokens: 4096, tokens=12',
    'The secret: nobody knows it.',
    'a task-oriented-list-of-many-words',
    'password = `${name}`',
    'tokenizer: cl100k_base',
    'Bearer of good news',
    '-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----',
  ])('leaves alone what only looks like one: %j', (text) => {
    expect(redactText(text, 'secrets')).toBe(text);
  });

  it('finds values of fields whose name says it', () => {
    const record = recordOf([
      {
        body: { type: 'tool_call', id: 'c', name: 'http', input: { headers: { 'x-api-key': 'plain' }, tokens: ['a'] } },
      },
    ]);
    const [event] = redact(recordToCheckpoint(record), 'secrets').checkpoint.events;
    expect(event?.data).toMatchObject({ input: { headers: { 'x-api-key': '[redacted]' }, tokens: ['a'] } });
  });
});

describe('taking out paths', () => {
  it.each([
    ['see /home/mira/shop/src/cart.ts:12', 'see ./src/cart.ts:12'],
    ['cd /home/mira/shop.', 'cd ..'],
    ['cd "/home/mira"', 'cd "~"'],
    ['/home/mira/.ssh/config', '~/.ssh/config'],
    ['file:///home/mira/shop/a.ts', 'file://./a.ts'],
    ['/home/mira2/x', '~/x'],
    ['/Users/someone/x and C:\\Users\\Someone\\x', '~/x and ~\\x'],
    ['"C:\\\\Users\\\\Someone\\\\x"', '"~\\\\x"'],
    ['/usr/home/x https://example.com/users/mira', '/usr/home/x https://example.com/users/mira'],
    ['/home/mira/shopping/x', '~/shopping/x'],
  ])('%j', (text, expected) => {
    expect(redactText(text, 'paths')).toBe(expected);
    expect(redactText(expected, 'paths')).toBe(expected);
  });

  it('knows a home folder of Windows in all of its spellings', () => {
    const content =
      'C:\\Users\\Mira Smith\\a c:/users/mira smith/b file:///c%3A/Users/Mira%20Smith/c C:\\\\Users\\\\Mira Smith\\\\d';
    const checkpoint = recordToCheckpoint(recordOf([{ body: { type: 'user_message', content } }], nowhere));
    const { checkpoint: redacted, counts } = redactCheckpoint(checkpoint, {
      userName: '',
      homeFolder: 'C:\\Users\\Mira Smith',
      redact: { userName: false, paths: true, secrets: false },
    });
    expect(redacted.events[0]?.data).toEqual({ content: '~\\a ~/b file:///~/c ~\\\\d' });
    expect(counts.paths).toBe(4);
  });

  it('takes the folders of the session away', () => {
    const record = recordOf([], { directory: '/home/mira/shop', gitRoot: '/home/mira/shop' });
    const { session } = redact(recordToCheckpoint(record), 'paths').checkpoint;
    expect(session).not.toHaveProperty('directory');
    expect(session).not.toHaveProperty('git_root');
  });

  it('keeps apart what becomes the same', () => {
    const item = { type: 'file', uri: null, value: 'x', createdAt: someTime } as const;
    const record = recordOf(
      [{ body: { type: 'tool_call', id: 'c', name: 'read', input: { '/home/a/x': 1, '/home/b/x': 2 } } }],
      {},
      {
        context: [
          { ...item, key: '/home/a/x' },
          { ...item, key: '/home/b/x' },
        ],
      },
    );
    const { checkpoint } = redact(recordToCheckpoint(record), 'paths');
    expect(new Set(checkpoint.context?.map(({ key }) => key)).size).toBe(2);
    expect(Object.values((checkpoint.events[0]?.data as { input: object }).input)).toEqual([1, 2]);
  });
});

describe('taking out the user name', () => {
  it.each([
    ['mira wrote, Mira@example.com, mira_backup', 'user wrote, user@example.com, user_backup'],
    ['admirable miracle', 'admirable miracle'],
  ])('%j', (text, expected) => {
    expect(redactText(text, 'userName')).toBe(expected);
  });

  it.each(['root', 'user', 'vscode', 'x', ''])('does nothing for an account that names nobody: %j', (userName) => {
    const content = 'the root user x of vscode';
    const checkpoint = recordToCheckpoint(recordOf([{ body: { type: 'user_message', content } }], nowhere));
    const all = { userName: true, paths: true, secrets: true };
    expect(redactCheckpoint(checkpoint, { userName, homeFolder: '/', redact: all }).checkpoint).toEqual(checkpoint);
  });
});

describe('a redacted checkpoint', () => {
  const canary = `mira /home/mira/notes ${secrets.github}`;
  const full = recordToCheckpoint(
    recordOf(
      [
        { body: { type: 'user_message', content: canary, context: [{ type: 'file', key: canary, value: canary }] } },
        { body: { type: 'tool_call', id: 'c1', name: canary, input: { [canary]: [canary, { a: canary }] } } },
        { body: { type: 'tool_result', toolUseId: 'c1', content: canary, isError: false } },
        {
          body: { type: 'text', content: canary, finish: 'completed', providerState: { a: canary } },
          provider: canary,
          model: canary,
          skill: canary,
        },
        { type: 'hologram', data: `{ "spaced": ${JSON.stringify(canary)}, "escaped": "\\u006dira" }` },
        { type: 'text', data: `{"content": "${canary}` },
        {
          body: { type: 'compaction', summary: canary, fromSeq: 1, toSeq: 2, tokensBefore: 9, tokensAfter: 1 },
          usage: canary,
        },
        { body: { type: 'compaction_undone', compactionId: 'event-7' } },
      ],
      {
        title: canary,
        directory: '/home/mira/shop',
        gitRoot: '/home/mira',
        skill: canary,
        provider: canary,
        model: canary,
      },
      {
        metadata: [{ key: 'note', value: canary, updatedAt: someTime }],
        context: [{ type: 'file', key: canary, uri: 'file:///home/mira/notes', value: canary, createdAt: someTime }],
      },
    ),
  );

  it.each(['json', 'yaml'] as const)('has none of it left in %s, and is still good', (syntax) => {
    const text = writeCheckpoint(redact(full, 'userName', 'paths', 'secrets').checkpoint, syntax);
    expect(text).not.toMatch(/mira|\/home\/|ghp_/i);
    expect(documentOf(text, syntax).events.length).toBe(8);
  });

  it('has counts by kind, each of what it alone would change', () => {
    expect(redact(full, 'secrets').counts).toMatchObject({ userName: 0, paths: 0 });
    expect(redact(full, 'secrets').counts.secrets).toBeGreaterThan(15);
    expect(redact(full, 'paths').counts.paths).toBeGreaterThan(redact(full, 'secrets').counts.secrets);
    expect(redact(full).checkpoint).toEqual(full);
    expect(redact(full).counts).toEqual({ userName: 0, paths: 0, secrets: 0 });
  });

  it('is redacted once and for all', () => {
    const once = redact(full, 'userName', 'paths', 'secrets').checkpoint;
    const twice = redact(once, 'userName', 'paths', 'secrets');
    expect(twice.checkpoint).toEqual(once);
    expect(twice.counts).toEqual({ userName: 0, paths: 0, secrets: 0 });
  });

  it('keeps ids, order, times and counts of any session', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { checkpoint } = redact(recordToCheckpoint(record), 'userName', 'paths', 'secrets');
        const copy = checkpointToRecord(documentOf(writeCheckpoint(checkpoint, 'yaml'), 'yaml'));
        const bones = ({ id, seq, parentId, type, createdAt }: (typeof record.events)[number]): unknown => [
          id,
          seq,
          parentId,
          type,
          createdAt,
        ];
        expect(copy.events.map(bones)).toEqual(record.events.map(bones));
        expect(copy.session.messageCount).toBe(record.session.messageCount);
      }),
      { numRuns: 100 },
    );
  });

  it('takes a time that grows with its length', () => {
    const parts = [
      'password',
      'token=',
      '-----BEGIN PRIVATE KEY-----',
      '://a:',
      'Bearer ',
      'a.',
      'aaaa',
      '/home/',
      '"\\',
      'eyJaaaaaaaa.',
      '\\\\',
    ];
    const start = performance.now();
    for (const part of parts) {
      const content = part.repeat(Math.ceil(500_000 / part.length));
      const record = recordOf([{ body: { type: 'user_message', content } }, { type: 'text', data: `{"${content}` }]);
      redact(recordToCheckpoint(record), 'userName', 'paths', 'secrets');
    }
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
