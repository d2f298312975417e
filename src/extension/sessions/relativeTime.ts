const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long ago a time was, in few words: "now", "5 min. ago", "3 hr. ago", "yesterday", and the date once a week has passed.
 * Times are Unix milliseconds; one in the future reads as now, because only a wrong clock makes it.
 */
export function formatRelativeTime(then: number, now: number, locale: string): string {
  const age = Math.max(0, now - then);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  if (age < minute) {
    return relative.format(0, 'second');
  }
  if (age < hour) {
    return relative.format(-Math.floor(age / minute), 'minute');
  }
  const days = calendarDaysBetween(then, now);
  if (days === 0 || age < 6 * hour) {
    return relative.format(-Math.floor(age / hour), 'hour');
  }
  return days < 7 ? relative.format(-days, 'day') : formatDate(then, now, locale);
}

/** Midnights between two times in local time: 0 on the same day, 1 for yesterday, negative when `then` is on a later day. */
export function calendarDaysBetween(then: number, now: number): number {
  // A day of a clock change has 23 or 25 hours, hence the rounding.
  return Math.round((startOfDay(now) - startOfDay(then)) / day);
}

/** Date and time in full, for tooltips. */
export function formatDateTime(time: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}

function formatDate(then: number, now: number, locale: string): string {
  const sameYear = new Date(then).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' as const }),
  }).format(then);
}

function startOfDay(time: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
