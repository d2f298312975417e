import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', () => ({}));

const { staysInside } = await import('../../../src/extension/chat/projectInstructions');

describe('the name of the instructions file', () => {
  it.each(['AGENTS.md', 'docs/agents.md', '.github/copilot-instructions.md', './x.md'])('may be %s', (name) => {
    expect(staysInside(name)).toBe(true);
  });

  it.each(['../AGENTS.md', 'docs/../../x', '/etc/passwd', '\\\\server\\share', 'C:\\x.md', 'c:/x', 'a\0b', '..\\x'])(
    'may not lead out of the folder: %s',
    (name) => {
      expect(staysInside(name)).toBe(false);
    },
  );
});
