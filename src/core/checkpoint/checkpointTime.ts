const rfc3339 =
  /^(?<year>\d{4}|[+-]\d{6})-(?<month>\d\d)-(?<day>\d\d)T(?<clock>\d\d:\d\d:\d\d)(?<fraction>\.\d+)?(?<zone>Z|[+-]\d\d:\d\d)$/;
const loose =
  /^(?<date>\d{4}-\d{1,2}-\d{1,2})(?:[Tt ](?<clock>\d{1,2}:\d{1,2}:\d{1,2})(?<fraction>\.\d+)?(?<zone>Z|[+-]\d\d:\d\d)?)?$/;
/** The widest range that a date can have. */
const farthest = 8.64e15;

/** ISO 8601 in UTC with milliseconds. A time outside what dates can say becomes the nearest one that they can. */
export function formatTime(ms: number): string {
  return new Date(Math.min(Math.max(Math.trunc(ms), -farthest), farthest)).toISOString();
}

/** Unix milliseconds of a time by RFC 3339, finer digits cut off; undefined for anything else, such as the 31st of February. */
export function parseTime(text: string): number | undefined {
  const canonical = Date.parse(text);
  if (!Number.isNaN(canonical) && new Date(canonical).toISOString() === text) {
    return canonical;
  }
  const { year, month, day, clock, fraction = '', zone } = rfc3339.exec(text)?.groups ?? {};
  if (year === undefined) {
    return undefined;
  }
  const local = `${year}-${month}-${day}T${clock}${fraction.slice(0, 4)}Z`;
  const ms = Date.parse(local);
  // Days beyond the end of a month would roll over into the next one.
  if (
    Number.isNaN(ms) ||
    new Date(ms).toISOString().slice(0, local.indexOf('T')) !== local.slice(0, local.indexOf('T'))
  ) {
    return undefined;
  }
  const offset = offsetMs(zone ?? 'Z');
  return offset === undefined ? undefined : ms - offset;
}

function offsetMs(zone: string): number | undefined {
  if (zone === 'Z') {
    return 0;
  }
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  return hours > 23 || minutes > 59 ? undefined : (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** The forms that YAML of Atmos has besides: one-digit parts, a space for the `T` and no zone, a date alone. In full. */
export function parseLooseTime(text: string): string | undefined {
  const { date, clock, fraction = '', zone } = loose.exec(text)?.groups ?? {};
  if (date === undefined || (clock !== undefined && text.includes(' ') === (zone !== undefined))) {
    return undefined;
  }
  const padded = `${pad(date, '-')}T${pad(clock ?? '0:0:0', ':')}${fraction}${zone ?? 'Z'}`;
  return parseTime(padded) === undefined ? undefined : padded;
}

function pad(parts: string, separator: string): string {
  return parts
    .split(separator)
    .map((part) => part.padStart(2, '0'))
    .join(separator);
}
