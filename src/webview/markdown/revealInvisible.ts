import { h, options, type ComponentChildren, type VNode } from 'preact';
import { isPlain, nameInvisible } from './invisibleText';
import { isVisible, markClass, VisibleText } from './VisibleText';

type Props = Record<string, unknown>;

/** Attributes that people read or hear. */
const spokenAttributes = ['title', 'aria-label', 'alt', 'placeholder'] as const;

/**
 * From here on nothing hides in any text or tooltip of the page, and no word stalls it, whoever wrote it and whichever
 * component shows it: names, titles and errors come from models, files and stores as well as messages do.
 */
export function revealInvisible(): void {
  const before = options.vnode?.bind(options);
  options.vnode = (vnode) => {
    if (typeof vnode.type === 'string') {
      reveal((vnode as VNode<Props>).props);
    }
    before?.(vnode);
  };
}

function reveal(props: Props & { children?: ComponentChildren }): void {
  for (const name of spokenAttributes) {
    const text = props[name];
    if (typeof text === 'string' && !isPlain(text)) {
      props[name] = nameInvisible(text);
    }
  }
  const { children } = props;
  if (props['class'] !== markClass && children != null) {
    props.children = Array.isArray(children) ? children.map(visible) : visible(children);
  }
}

function visible(child: ComponentChildren): ComponentChildren {
  return typeof child === 'string' && !isVisible(child) ? h(VisibleText, { text: child }) : child;
}
