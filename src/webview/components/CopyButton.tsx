import { useEffect, useState } from 'preact/hooks';
import { useChat } from '../chat';
import { IconButton } from './IconButton';

/** How long (ms) a tick shows that something was copied. */
const tickMs = 1_500;

/** Copies by way of the host and says so with a tick and to screen readers. */
export function CopyButton({ label, copy }: { readonly label: string; readonly copy: () => Promise<boolean> }) {
  const { store, announce } = useChat();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) {
      return undefined;
    }
    const timer = setTimeout(() => setCopied(false), tickMs);
    return () => clearTimeout(timer);
  }, [copied]);

  const onClick = async (): Promise<void> => {
    if (await copy()) {
      setCopied(true);
      announce(store.strings.peek().copied);
    }
  };
  return <IconButton label={label} icon={copied ? 'check' : 'copy'} onClick={() => void onClick()} />;
}
