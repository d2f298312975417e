import { Component, h, type ComponentChildren, type FunctionComponent } from 'preact';

/** Renders again only when a property is another value than before (or a signal that it read has changed). */
export function memo<P extends object>(render: FunctionComponent<P>): (props: P) => ComponentChildren {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return !isShallowEqual(this.props, next);
    }

    override render(props: P): ComponentChildren {
      return h(render, props);
    }
  }
  return (props: P) => h(Memo, props);
}

function isShallowEqual(a: object, b: object): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.is((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
