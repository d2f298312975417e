const pattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})$/;

/** A time (Unix milliseconds) as part of a file name, `yyyymmddThhmmssSSS` in UTC: such names sort by time. */
export function toTimeStamp(time: number): string {
  // A clock can stand anywhere; years of other than four digits have no place in the name.
  const latest = Date.UTC(9999, 11, 31);
  return new Date(Math.min(Math.max(0, time), latest)).toISOString().replaceAll(/[-:.Z]/g, '');
}

/** The time of a stamp; undefined for anything else. */
export function fromTimeStamp(stamp: string): number | undefined {
  const match = pattern.exec(stamp);
  if (match === null) {
    return undefined;
  }
  const time = Date.parse(stamp.replace(pattern, '$1-$2-$3T$4:$5:$6.$7Z'));
  return Number.isNaN(time) ? undefined : time;
}
