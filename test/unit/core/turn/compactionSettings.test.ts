import { describe, expect, it } from 'vitest';
import { checkCompactionSettings, defaultCompactionSettings } from '../../../../src/core/turn/compactionSettings';

describe('settings of compaction', () => {
  it('are the documented defaults where nothing is set', () => {
    expect(checkCompactionSettings({})).toEqual({
      settings: {
        enabled: true,
        triggerThreshold: 0.75,
        compactRatio: 0.4,
        preserveRecent: 10,
        useAiSummary: true,
        showSummaryMarkers: false,
      },
      problems: [],
    });
  });

  it('take every value within its range, and tell on from off', () => {
    const settings = {
      enabled: false,
      triggerThreshold: 0.95,
      compactRatio: 0.1,
      preserveRecent: 1000,
      useAiSummary: false,
      showSummaryMarkers: true,
    };
    expect(checkCompactionSettings(settings)).toEqual({ settings, problems: [] });
  });

  it.each([
    ['triggerThreshold', 0, '0.1–0.95'],
    ['triggerThreshold', 0.96, '0.1–0.95'],
    ['triggerThreshold', Number.NaN, '0.1–0.95'],
    ['compactRatio', 1.5, '0.1–0.9'],
    ['compactRatio', '0.4', '0.1–0.9'],
    ['preserveRecent', 0, '1–1000'],
    ['preserveRecent', -3, '1–1000'],
    ['preserveRecent', 2.5, '1–1000'],
    ['preserveRecent', 1001, '1–1000'],
    ['enabled', 'yes', 'true | false'],
    ['useAiSummary', null, 'true | false'],
    ['showSummaryMarkers', 1, 'true | false'],
  ] as const)('report %s = %s and keep its default', (key, value, expected) => {
    const { settings, problems } = checkCompactionSettings({ [key]: value });
    expect(problems).toEqual([{ key, value, expected }]);
    expect(settings).toEqual(defaultCompactionSettings);
  });
});
