import { Fragment } from 'preact';
import { isPlain, splitInvisible } from './invisibleText';

/** Text in which nothing hides: characters without a shape are named, and copying still gives the text as it was. */
export function VisibleText({ text }: { readonly text: string }) {
  if (isPlain(text)) {
    return <>{text}</>;
  }
  return (
    <>
      {splitInvisible(text).map((piece, index) =>
        piece.kind === 'text' ? (
          <Fragment key={index}>{piece.text}</Fragment>
        ) : (
          <span
            key={index}
            class="invisible-mark"
            role="img"
            aria-label={piece.label}
            title={piece.label}
            data-label={piece.label}
          >
            {piece.text}
          </span>
        ),
      )}
    </>
  );
}
