import { beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/core/base/ports';
import { defaultCompactionSettings } from '../../../src/core/turn/compactionSettings';
import { createCompactionSettingReader } from '../../../src/extension/chat/compactionSettingReader';
import { person, resetPerson } from './checkpoints/vscodeDouble';

vi.mock('vscode', async () => (await import('./checkpoints/vscodeDouble')).vscodeDouble);

const set = (key: string, value: unknown): void => void person.settings.user.set(`rejoin.autoCompact.${key}`, value);
let log: string[];
let read: ReturnType<typeof createCompactionSettingReader>;

beforeEach(() => {
  resetPerson();
  log = [];
  read = createCompactionSettingReader({ ...silentLogger, warn: (text) => void log.push(text) });
});

describe('rejoin.autoCompact', () => {
  it('is read as it stands at each moment, and nothing is told while all of it can be used', () => {
    expect(read()).toEqual(defaultCompactionSettings);
    set('triggerThreshold', 0.5);
    set('showSummaryMarkers', true);
    expect(read()).toEqual({ ...defaultCompactionSettings, triggerThreshold: 0.5, showSummaryMarkers: true });
    expect([...person.messages, ...log]).toEqual([]);
  });

  it('keeps the default for a value out of range, and tells it once: what is set and what could be', () => {
    set('compactRatio', 1.5);
    set('preserveRecent', -3);
    set('useAiSummary', false);
    for (let times = 0; times < 3; times++) {
      expect(read()).toEqual({ ...defaultCompactionSettings, useAiSummary: false });
    }
    expect(person.messages).toMatchObject([
      {
        kind: 'warning',
        text: 'The setting rejoin.autoCompact.compactRatio is 1.5, but 0.1–0.9 is expected. Its default holds until it is changed.',
        buttons: ['Open Settings'],
      },
      { text: expect.stringContaining('rejoin.autoCompact.preserveRecent is -3, but 1–1000 is expected') },
    ]);
    expect(log).toHaveLength(2);
    set('compactRatio', 7);
    read();
    expect(person.messages).toHaveLength(3);
  });

  it('is opened in the settings where the person wants to mend it', async () => {
    set('triggerThreshold', '0.5');
    person.onMessage = () => 'Open Settings';
    read();
    await vi.waitFor(() =>
      expect(person.commands).toEqual([['workbench.action.openSettings', 'rejoin.autoCompact.triggerThreshold']]),
    );
  });
});
