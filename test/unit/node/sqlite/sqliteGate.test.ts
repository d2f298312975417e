import { describe, expect, it } from 'vitest';
import { isSafeSqliteVersion } from '../../../../src/node/sqlite/sqliteGate';

describe('isSafeSqliteVersion', () => {
  it.each(['3.51.3', '3.51.4', '3.52.0', '3.53.2', '4.0.0', '3.50.7', '3.50.12', '3.44.6'])(
    'lets %s write',
    (version) => {
      expect(isSafeSqliteVersion(version)).toBe(true);
    },
  );

  it.each(['3.51.2', '3.51.0', '3.50.6', '3.49.9', '3.45.0', '3.44.5', '3.39.4', '3.7.0', '2.8.17', '', 'newest'])(
    'keeps %s from writing',
    (version) => {
      expect(isSafeSqliteVersion(version)).toBe(false);
    },
  );
});
