import { useMemo, useState } from 'preact/hooks';
import { useChat } from '../chat';
import { CopyButton } from '../components/CopyButton';
import { IconButton } from '../components/IconButton';
import { memo } from '../components/memo';
import { highlightCode } from './highlight';
import { VisibleText } from './VisibleText';

interface CodeBlockProps {
  readonly code: string;
  /** As written behind the fence; may be empty. */
  readonly language: string;
  /** More of it may come: it is not folded yet, and coloured only while that is cheap. */
  readonly growing: boolean;
}

/** Longer code is folded to this many lines. */
const foldedLines = 40;
const foldAbove = 60;
/** Characters up to which code is coloured anew with every piece that arrives. */
const maxGrowingColored = 12_000;

export const CodeBlock = memo(function CodeBlock({ code, language, growing }: CodeBlockProps) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const [wrapped, setWrapped] = useState(false);
  const [unfolded, setUnfolded] = useState(growing);
  const lines = useMemo(() => code.split('\n'), [code]);
  const foldable = !growing && lines.length > foldAbove;
  const shown = foldable && !unfolded ? lines.slice(0, foldedLines).join('\n') : code;
  const colored = growing && code.length > maxGrowingColored ? undefined : highlightCode(shown, language.toLowerCase());
  return (
    <div class={wrapped ? 'code-block wrapped' : 'code-block'}>
      <div class="code-header">
        <span class="code-language">
          <VisibleText text={language} />
        </span>
        <span class="code-actions">
          <IconButton
            label={strings.wrapCode}
            icon="word-wrap"
            pressed={wrapped}
            onClick={() => setWrapped(!wrapped)}
          />
          <IconButton
            label={strings.openCode}
            icon="new-file"
            onClick={() => actions.openCode(code, language.slice(0, 64))}
          />
          <IconButton label={strings.insertCode} icon="insert" onClick={() => actions.insertCode(code)} />
          <CopyButton label={strings.copyCode} copy={() => actions.copy(code)} />
        </span>
      </div>
      {/* Wide code scrolls, which the keyboard must be able to do as well. */}
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex */}
      <pre tabIndex={0} dir="ltr">
        <code>
          {colored === undefined ? (
            <VisibleText text={shown} />
          ) : (
            colored.map((span, index) =>
              span.color === null || span.color === 'plain' ? (
                <VisibleText key={index} text={span.text} />
              ) : (
                <span key={index} class={`code-${span.color}`}>
                  <VisibleText text={span.text} />
                </span>
              ),
            )
          )}
        </code>
      </pre>
      {foldable && (
        <button type="button" class="fold-button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? strings.showLess : strings.contextTooLarge}
        </button>
      )}
    </div>
  );
});
