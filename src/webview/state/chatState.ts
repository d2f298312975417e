import type { SessionSnapshot } from '../../protocol/chatProtocol';
import { reloadViewText } from '../../protocol/viewStrings';

/** The view's copy of what the host said. The host decides what is true; the view only follows. */
export interface ChatState {
  /** `outdated`: the host speaks another version of the protocol. */
  readonly phase: 'connecting' | 'ready' | 'outdated';
  /** A notification was missed: everything up to the next snapshot is ignored and one is to be asked for. */
  readonly needsSnapshot: boolean;
  /** The last snapshot with every later notification applied; null before the first one. */
  readonly data: ChatData | null;
  /** What to say when `outdated`, in the words of the host if it has any. */
  readonly reloadText: string;
}

export type ChatData = Omit<SessionSnapshot, 'protocolVersion'>;

export type TurnView = NonNullable<ChatData['turn']>;

export const initialChatState: ChatState = {
  phase: 'connecting',
  needsSnapshot: true,
  data: null,
  reloadText: reloadViewText,
};
