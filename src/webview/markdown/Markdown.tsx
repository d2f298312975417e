import { useRef } from 'preact/hooks';
import { memo } from '../components/memo';
import { IncrementalMarkdown } from './incrementalMarkdown';
import type { MarkdownBlock } from './markdownParser';
import { PlainText } from './PlainText';
import { renderTokens } from './renderTokens';

interface BlockProps {
  readonly block: MarkdownBlock;
  readonly growing: boolean;
}

/** Drawn once per block: while a reply grows, only its last block is drawn again. */
const Block = memo(function Block({ block, growing }: BlockProps) {
  return <>{renderTokens(block.tokens, growing)}</>;
});

/** Markdown as elements; `growing` while more of it is to come. Too much for that is shown as plain text. */
export const Markdown = memo(function Markdown({
  text,
  growing,
}: {
  readonly text: string;
  readonly growing: boolean;
}) {
  const parser = useRef<IncrementalMarkdown | null>(null);
  parser.current ??= new IncrementalMarkdown();
  const blocks = parser.current.update(text, growing);
  if (blocks === null) {
    return <PlainText text={text} growing={growing} />;
  }
  return (
    <div class="markdown">
      {blocks.map((block, index) => (
        <Block key={index} block={block} growing={growing && index === blocks.length - 1} />
      ))}
    </div>
  );
});
