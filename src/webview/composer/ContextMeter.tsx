import { useEffect, useRef, useState } from 'preact/hooks';
import type { PromptMeasure } from '../../core/turn/promptMeasure';
import { formatString, type ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { numberText, percentText, shortNumberText } from '../formats';
import { isCompacting } from './CompactionRow';

/** From this part of the limit on, the limit is near. */
const nearLimit = 0.9;
/** The way from the meter to its details leads over the text box; in milliseconds. */
const closeDelayMs = 300;
const ring = { radius: 6, length: 2 * Math.PI * 6 };

/** How much of its model's window the conversation takes. The details show while the pointer or the keyboard is on it. */
export function ContextMeter() {
  const { actions, composer, store } = useChat();
  const strings = store.strings.value;
  const [open, setOpen] = useState(false);
  const closing = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(closing.current), []);
  const measure = store.measure.value;
  if (measure === null) {
    return null;
  }
  const { tokens, maxTokens } = measure;
  const onFocusOut = (event: FocusEvent & { readonly currentTarget: HTMLElement }): void => {
    if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) {
      setOpen(false);
    }
  };
  const compact = (): void => {
    setOpen(false);
    composer.focus();
    void actions.runInSession('compaction/start');
  };
  return (
    // Only opens and closes what the button inside of it names and the keyboard reaches.
    // eslint-disable-next-line jsx-a11y-x/no-static-element-interactions
    <span
      class={`meter ${toneOf(measure)}`}
      onMouseEnter={() => {
        window.clearTimeout(closing.current);
        setOpen(true);
      }}
      onMouseLeave={() => {
        closing.current = window.setTimeout(() => setOpen(false), closeDelayMs);
      }}
      onFocusIn={() => setOpen(true)}
      onFocusOut={onFocusOut}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          setOpen(false);
        }
      }}
    >
      <button
        type="button"
        class="meter-button"
        aria-label={meterName(measure, strings)}
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        {maxTokens !== null && <Ring part={tokens / maxTokens} />}
        <span class="meter-text">{maxTokens === null ? shortNumberText(tokens) : percentText(tokens / maxTokens)}</span>
      </button>
      {open && <MeterDetails measure={measure} onCompact={compact} />}
    </span>
  );
}

function meterName({ tokens, maxTokens }: PromptMeasure, strings: ViewStrings): string {
  return maxTokens === null
    ? formatString(strings.meterUnknown, numberText(tokens))
    : formatString(
        strings.meter,
        numberText(tokens),
        numberText(maxTokens),
        numberText(Math.round((tokens / maxTokens) * 100)),
      );
}

function toneOf({ tokens, maxTokens, compactsAt, messages, maxMessages }: PromptMeasure): string {
  const limit = Math.min(compactsAt ?? Infinity, maxTokens ?? Infinity);
  return tokens >= limit * nearLimit || messages >= (maxMessages ?? Infinity) * nearLimit ? 'near' : '';
}

function Ring({ part }: { readonly part: number }) {
  const filled = Math.min(1, Math.max(0, part)) * ring.length;
  return (
    <svg class="meter-ring" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <circle cx="8" cy="8" r={ring.radius} />
      <circle
        class="meter-filled"
        cx="8"
        cy="8"
        r={ring.radius}
        stroke-dasharray={`${String(filled)} ${String(ring.length)}`}
      />
    </svg>
  );
}

interface MeterDetailsProps {
  readonly measure: PromptMeasure;
  readonly onCompact: () => void;
}

function MeterDetails({ measure, onCompact }: MeterDetailsProps) {
  const { store } = useChat();
  const strings = store.strings.value;
  const { tokens, maxTokens, messages, maxMessages, parts, compactsAt } = measure;
  const busy = store.turnId.value !== null || isCompacting(store.compaction.value);
  const rows: readonly (readonly [string, string])[] = [
    ...(
      [
        [strings.meterSystem, parts.system],
        [strings.meterTools, parts.tools],
        [strings.meterSummaries, parts.summaries],
        [strings.meterAttachments, parts.attachments],
        [strings.meterMessages, parts.messages],
      ] as const
    ).flatMap(([label, count]) => (count > 0 ? [[label, numberText(count)] as const] : [])),
    [strings.meterTotal, outOf(tokens, maxTokens, strings)],
    // Where nothing limits their number it is of no use.
    ...(maxMessages === null ? [] : [[strings.meterMessageCount, outOf(messages, maxMessages, strings)] as const]),
  ];
  return (
    <div class="popover" role="group" aria-label={strings.meterTitle}>
      <div class="card-title">{strings.meterTitle}</div>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label} class={label === strings.meterTotal ? 'total' : undefined}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {maxTokens === null && <p>{strings.meterUnknownWindow}</p>}
      {compactsAt !== null && <p>{formatString(strings.meterCompactsAt, numberText(compactsAt))}</p>}
      <button type="button" class="button" disabled={busy} onClick={onCompact}>
        {strings.compactNow}
      </button>
    </div>
  );
}

function outOf(count: number, most: number | null, strings: ViewStrings): string {
  return most === null ? numberText(count) : formatString(strings.meterOf, numberText(count), numberText(most));
}
