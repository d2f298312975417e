/** When and how older messages are summarised in what is sent. */
export interface CompactionSettings {
  /** Off: nothing is summarised unless a person asks for it. */
  readonly enabled: boolean;
  /** Part of the model's window, or of `history.maxMessages`, from which on messages are summarised. */
  readonly triggerThreshold: number;
  /** Part of the messages that is summarised at once. */
  readonly compactRatio: number;
  /** Newest messages that are never summarised. */
  readonly preserveRecent: number;
  readonly useAiSummary: boolean;
  readonly showSummaryMarkers: boolean;
}

export type CompactionSettingKey = keyof CompactionSettings;

/** A value that cannot be used. `expected` says in signs, not in words, what can: `0.1–0.95`, `true | false`. */
export interface CompactionSettingProblem {
  readonly key: CompactionSettingKey;
  readonly value: unknown;
  readonly expected: string;
}

export const defaultCompactionSettings: CompactionSettings = {
  enabled: true,
  triggerThreshold: 0.75,
  compactRatio: 0.4,
  preserveRecent: 10,
  useAiSummary: true,
  showSummaryMarkers: false,
};

interface Range {
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
}

const ranges: Readonly<Record<'triggerThreshold' | 'compactRatio' | 'preserveRecent', Range>> = {
  triggerThreshold: { from: 0.1, to: 0.95, whole: false },
  compactRatio: { from: 0.1, to: 0.9, whole: false },
  preserveRecent: { from: 1, to: 1000, whole: true },
};

/** The settings as they can be used: a bad value is reported, and the default holds for it. Absent values are no fault. */
export function checkCompactionSettings(raw: Readonly<Partial<Record<CompactionSettingKey, unknown>>>): {
  readonly settings: CompactionSettings;
  readonly problems: readonly CompactionSettingProblem[];
} {
  const problems: CompactionSettingProblem[] = [];
  const read = <K extends CompactionSettingKey>(
    key: K,
    fits: (value: unknown) => value is CompactionSettings[K],
    expected: string,
  ): CompactionSettings[K] => {
    const value = raw[key];
    if (fits(value)) {
      return value;
    }
    if (value !== undefined) {
      problems.push({ key, value, expected });
    }
    return defaultCompactionSettings[key];
  };
  const flag = (key: 'enabled' | 'useAiSummary' | 'showSummaryMarkers'): boolean =>
    read(key, (value) => typeof value === 'boolean', 'true | false');
  const number = (key: keyof typeof ranges): number =>
    read(key, (value): value is number => isWithin(value, ranges[key]), `${ranges[key].from}–${ranges[key].to}`);
  const settings: CompactionSettings = {
    enabled: flag('enabled'),
    triggerThreshold: number('triggerThreshold'),
    compactRatio: number('compactRatio'),
    preserveRecent: number('preserveRecent'),
    useAiSummary: flag('useAiSummary'),
    showSummaryMarkers: flag('showSummaryMarkers'),
  };
  return { settings, problems };
}

function isWithin(value: unknown, { from, to, whole }: Range): boolean {
  return typeof value === 'number' && value >= from && value <= to && (!whole || Number.isInteger(value));
}
