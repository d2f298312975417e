import { formatString, type ViewStrings } from '../protocol/viewStrings';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Making a format costs a hundred times what using it does. VS Code's display language stands on the page. */
function once<T>(create: (locale: string | undefined) => T): () => T {
  let made: T | undefined;
  return () => {
    const { lang } = document.documentElement;
    made ??= create(Intl.DateTimeFormat.supportedLocalesOf(lang === '' ? [] : [lang])[0]);
    return made;
  };
}

const timeFormat = once((locale) => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }));
const dateTimeFormat = once((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }));
const dateFormat = once((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'full' }));
const agoFormat = once((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'always' }));
const numberFormat = once((locale) => new Intl.NumberFormat(locale));
const secondsFormat = once((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
const shortNumberFormat = once((locale) => new Intl.NumberFormat(locale, { notation: 'compact' }));
const percentFormat = once((locale) => new Intl.NumberFormat(locale, { style: 'percent' }));
const sizeFormats = (['byte', 'kilobyte', 'megabyte'] as const).map((unit) => {
  const unitDisplay = unit === 'byte' ? 'long' : 'short';
  return once(
    (locale) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 }),
  );
});
const spanFormats = {
  minute: once((locale) => new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' })),
  hour: once((locale) => new Intl.NumberFormat(locale, { style: 'unit', unit: 'hour', unitDisplay: 'long' })),
  day: once((locale) => new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' })),
};

/** Time of day, e.g. "10:31". */
export function timeText(at: number): string {
  return timeFormat().format(at);
}

/** Date and time in full, for tooltips. */
export function dateTimeText(at: number): string {
  return dateTimeFormat().format(at);
}

/** Names the local day of a time, for comparing. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${String(date.getFullYear())}-${String(date.getMonth())}-${String(date.getDate())}`;
}

/** "Today", "Yesterday" or the date. */
export function dayText(at: number, now: number, strings: ViewStrings): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(now)) {
    return strings.today;
  }
  return dayOf(at) === dayOf(yesterday.getTime()) ? strings.yesterday : dateFormat().format(at);
}

/** "5 minutes ago"; `ms` is how long ago, in milliseconds, and never read as the future. */
export function agoText(ms: number): string {
  const { value, unit } = inLargestUnit(ms);
  return agoFormat().format(-value, unit);
}

/** "2 hours". */
export function spanText(ms: number): string {
  const { value, unit } = inLargestUnit(ms);
  return spanFormats[unit]().format(value);
}

export function numberText(value: number): string {
  return numberFormat().format(value);
}

/** "12K". */
export function shortNumberText(value: number): string {
  return shortNumberFormat().format(value);
}

/** "12%" of a fraction. */
export function percentText(fraction: number): string {
  return percentFormat().format(fraction);
}

/** "812 bytes", "1.2 kB". */
export function sizeText(bytes: number): string {
  const step = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  return sizeFormats[step]?.().format(bytes / 1_000 ** step) ?? '';
}

/** Seconds with one digit behind the point where that says something. */
export function secondsText(ms: number): string {
  return ms < 10_000 ? secondsFormat().format(ms / 1_000) : numberText(Math.round(ms / 1_000));
}

/** Words of a text as a person would count them. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’_-]*/gu)?.length ?? 0;
}

/** How long an answer took and what it used, as far as that is known. */
export function usageText(
  usage: { readonly inputTokens?: number; readonly outputTokens?: number } | null,
  durationMs: number | null,
  strings: ViewStrings,
): string {
  const parts: string[] = [];
  if (usage?.inputTokens !== undefined || usage?.outputTokens !== undefined) {
    parts.push(
      formatString(strings.tokensUsed, numberText(usage.inputTokens ?? 0), numberText(usage.outputTokens ?? 0)),
    );
  }
  if (durationMs !== null) {
    parts.push(formatString(strings.tookSeconds, secondsText(durationMs)));
  }
  return parts.join(' · ');
}

function inLargestUnit(ms: number): { readonly value: number; readonly unit: 'minute' | 'hour' | 'day' } {
  const span = Math.max(0, ms);
  if (span < hourMs) {
    return { value: Math.max(1, Math.round(span / minuteMs)), unit: 'minute' };
  }
  return span < dayMs
    ? { value: Math.round(span / hourMs), unit: 'hour' }
    : { value: Math.round(span / dayMs), unit: 'day' };
}
