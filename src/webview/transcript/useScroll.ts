import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { useChat } from '../chat';
import { keepOneTabStop } from './messageKeys';
import { ScrollKeeper } from './scrollKeeper';

const upKeys: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

/** Binds a `ScrollKeeper` to the page: to what the person does and to what grows. Null before the first layout. */
export function useScroll(
  scrollerRef: RefObject<HTMLElement | null>,
  contentRef: RefObject<HTMLElement | null>,
): ReadonlySignal<ScrollKeeper | null> {
  const { memory } = useChat();
  const keeper = useSignal<ScrollKeeper | null>(null);

  useLayoutEffect(() => {
    const scroller = scrollerRef.current;
    const content = contentRef.current;
    if (scroller === null || content === null) {
      return undefined;
    }
    const own = new ScrollKeeper(scroller, content);
    keeper.value = own;
    const onScroll = (): void => {
      own.didScroll();
      if (own.remembering) {
        memory.setScroll(own.place());
      }
    };
    const onWheel = (event: WheelEvent): void => own.willScroll(event.deltaY < 0);
    const onKeyDown = (event: KeyboardEvent): void => own.willScroll(upKeys.has(event.key));
    const onPointerDown = (): void => own.willScroll(false);
    const sizes = new ResizeObserver(() => own.settle());
    sizes.observe(scroller);
    sizes.observe(content);
    scroller.addEventListener('scroll', onScroll, { passive: true });
    scroller.addEventListener('wheel', onWheel, { passive: true });
    scroller.addEventListener('keydown', onKeyDown);
    scroller.addEventListener('pointerdown', onPointerDown, { passive: true });
    return () => {
      sizes.disconnect();
      scroller.removeEventListener('scroll', onScroll);
      scroller.removeEventListener('wheel', onWheel);
      scroller.removeEventListener('keydown', onKeyDown);
      scroller.removeEventListener('pointerdown', onPointerDown);
    };
  }, []);

  useLayoutEffect(() => {
    keeper.peek()?.settle();
    if (scrollerRef.current !== null) {
      keepOneTabStop(scrollerRef.current);
    }
  });

  return keeper;
}
