/**
 * First releases of each branch without the WAL-reset bug: older ones can corrupt a database that several
 * processes write. Windows share our file, so an affected SQLite must never write to it.
 */
const fixedReleases: readonly (readonly [number, number, number])[] = [
  [3, 51, 3],
  [3, 50, 7],
  [3, 44, 6],
];

/** The lowest version to name in a message. */
export const lowestSqliteVersion = '3.51.3';

/** True when this SQLite may write to a database that other windows write too. */
export function isSafeSqliteVersion(version: string): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null) {
    return false;
  }
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [newest] = fixedReleases;
  if (newest !== undefined && (major > newest[0] || (major === newest[0] && minor > newest[1]))) {
    return true;
  }
  return fixedReleases.some((fixed) => major === fixed[0] && minor === fixed[1] && patch >= fixed[2]);
}
