import { Fragment, type ComponentChildren } from 'preact';
import { isPlain, nameInvisible, splitInvisible } from './invisibleText';
import { cutLongWords } from './longWords';

/** Class of what stands around a character that has no shape. */
export const markClass = 'invisible-mark';
/** Further marks of the same text are letters only: thousands of elements would block the page. */
const maxPieces = 1_000;

/**
 * Text in which nothing hides and that any browser can lay out: characters without a shape are named, and copying still
 * gives the text as it was.
 */
export function VisibleText({ text }: { readonly text: string }) {
  if (isPlain(text)) {
    return <>{breakable(text)}</>;
  }
  const pieces = splitInvisible(text);
  const rest = pieces.slice(maxPieces).map((piece) => piece.text);
  return (
    <>
      {pieces.slice(0, maxPieces).map((piece, index) =>
        piece.kind === 'text' ? (
          <Fragment key={index}>{breakable(piece.text)}</Fragment>
        ) : (
          <span
            key={index}
            class={markClass}
            role="img"
            aria-label={piece.label}
            title={piece.label}
            data-label={piece.label}
          >
            {breakable(piece.text)}
          </span>
        ),
      )}
      {rest.length > 0 && breakable(nameInvisible(rest.join('')))}
    </>
  );
}

/** True for a text that needs nothing of this. */
export function isVisible(text: string): boolean {
  return isPlain(text) && cutLongWords(text).length === 1;
}

function breakable(text: string): ComponentChildren {
  const parts = cutLongWords(text);
  return parts.length === 1
    ? text
    : parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ));
}
