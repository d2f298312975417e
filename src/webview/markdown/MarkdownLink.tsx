import type { ComponentChildren } from 'preact';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import { imageOrigin, isMisleading, safeLink, shownTarget } from './linkPolicy';
import { VisibleText } from './VisibleText';

interface MarkdownLinkProps {
  readonly href: string;
  /** The link's words without their formatting. */
  readonly text: string;
  readonly children: ComponentChildren;
}

/** A link that the host opens. One that may not be opened is text with its target beside it. */
export function MarkdownLink({ href, text, children }: MarkdownLinkProps) {
  const { actions } = useChat();
  const link = safeLink(href);
  if (link === undefined) {
    return (
      <>
        {children}
        {href !== '' && href !== text && (
          <span class="link-target">
            {' ('}
            <VisibleText text={shownTarget(href)} />)
          </span>
        )}
      </>
    );
  }
  const onClick = (event: MouseEvent): void => {
    // VS Code opens whatever link a click reaches the document with: this one is the host's to judge.
    event.preventDefault();
    event.stopPropagation();
    actions.openLink(link.href);
  };
  return (
    <>
      <a href={link.href} title={link.href} rel="noreferrer" onClick={onClick} onAuxClick={onClick}>
        {children}
      </a>
      {isMisleading(text, link) && <span class="link-target"> ({link.host})</span>}
    </>
  );
}

/** Stands where a picture would be: nothing is loaded, a click opens it outside. */
export function BlockedImage({ source, alt }: { readonly source: string; readonly alt: string }) {
  const { actions, store } = useChat();
  const link = safeLink(source);
  const text = formatString(store.strings.value.imageNotLoaded, alt, imageOrigin(source));
  const content = (
    <>
      <Icon name="file-media" />
      <span>
        <VisibleText text={text} />
      </span>
    </>
  );
  return link === undefined ? (
    <span class="blocked-image">{content}</span>
  ) : (
    <button type="button" class="blocked-image" title={link.href} onClick={() => actions.openLink(link.href)}>
      {content}
    </button>
  );
}
