import { render } from 'preact';
import { browserTimers } from './browserTimers';
import { ChatProvider, createChat } from './chat';
import { App } from './components/App';
import { acquireHost } from './host';
import { revealInvisible } from './markdown/revealInvisible';
import { createMessageId } from './messageId';
import { browserFrames } from './state/frameQueue';

const root = document.getElementById('root');
if (root !== null) {
  revealInvisible();
  const chat = createChat({
    transport: acquireHost(),
    frames: browserFrames,
    timers: browserTimers,
    createId: createMessageId,
  });
  // The page may be gone without another word: what was typed last must be on its way by then.
  const saveNow = (): void => chat.memory.flush();
  window.addEventListener('pagehide', saveNow);
  document.addEventListener('visibilitychange', saveNow);
  render(
    <ChatProvider value={chat}>
      <App />
    </ChatProvider>,
    root,
  );
}
