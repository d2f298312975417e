import { useState } from 'preact/hooks';
import { useChat } from '../chat';
import { droppedUris, mayHoldUris } from './droppedUris';

export interface Drop {
  /** Something that may be attached is held over the composer. */
  readonly over: boolean;
  readonly handlers: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

/** Attaches what is dropped. VS Code lets a drag into the view only while Shift is held. */
export function useDrop(): Drop {
  const { actions, composer } = useChat();
  const [over, setOver] = useState(false);
  const onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer !== null && mayHoldUris(event.dataTransfer)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    }
  };
  const onDragLeave = (event: DragEvent): void => {
    const { currentTarget: composerElement, relatedTarget: next } = event;
    if (!(composerElement instanceof Node && next instanceof Node && composerElement.contains(next))) {
      setOver(false);
    }
  };
  const onDrop = (event: DragEvent): void => {
    const data = event.dataTransfer;
    setOver(false);
    if (data === null || !mayHoldUris(data)) {
      return;
    }
    event.preventDefault();
    const uris = droppedUris(data);
    if (uris.length > 0) {
      actions.attachUris(uris);
      composer.focus();
    } else {
      composer.focus(data.getData('text/plain'));
    }
  };
  return { over, handlers: { onDragOver, onDragLeave, onDrop } };
}
