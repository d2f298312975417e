import type { Disposable } from '../../core/base/disposable';
import type { Timers } from '../../core/base/ports';
import type { ChatNotification, ChatNotifications, SessionSnapshot } from '../../protocol/chatProtocol';
import type { ChatView } from './chatPorts';
import { DeltaBuffer, type BufferedDelta } from './deltaBuffer';

type Increment = Exclude<ChatNotification, 'session/snapshot'>;

/**
 * The one ordered channel to the view. Increments are stamped, so that a lost one is noticed; a hidden view gets
 * none, because it asks for a snapshot when it comes back.
 */
export class ViewPublisher implements Disposable {
  private readonly deltas: DeltaBuffer;
  private view: ChatView | undefined;
  private epoch = 0;
  private seq = 0;
  private revisionCount = 0;

  constructor(timers: Timers) {
    this.deltas = new DeltaBuffer(timers, (delta) => this.post('turn/delta', delta));
  }

  /** Grows with everything that makes a snapshot under construction stale. */
  get revision(): number {
    return this.revisionCount;
  }

  get visible(): boolean {
    return this.view?.visible === true;
  }

  /** Connects a view; disposing the result disconnects that view only. */
  attach(view: ChatView): Disposable {
    this.view = view;
    return {
      dispose: () => {
        if (this.view === view) {
          this.view = undefined;
        }
      },
    };
  }

  isAttached(view: ChatView): boolean {
    return this.view === view;
  }

  /** Marks what the view shows as another transcript: increments for the old one no longer count. */
  startEpoch(): void {
    this.deltas.clear();
    this.epoch += 1;
    this.touch();
  }

  touch(): void {
    this.revisionCount += 1;
  }

  addDelta(delta: BufferedDelta): void {
    this.deltas.add(delta);
  }

  /** Sends an increment behind all text that came before it. */
  notify<N extends Increment>(method: N, params: Omit<ChatNotifications[N], 'epoch' | 'seq'>): void {
    this.deltas.flush();
    this.touch();
    this.post(method, params);
  }

  /** Completes a snapshot with its place in the channel. What is buffered is dropped: the snapshot holds it. */
  stamp(content: Omit<SessionSnapshot, 'epoch' | 'seq'>): SessionSnapshot {
    this.deltas.clear();
    return { ...content, epoch: this.epoch, seq: this.seq };
  }

  sendSnapshot(snapshot: SessionSnapshot): void {
    if (this.visible) {
      this.view?.notify('session/snapshot', snapshot);
    }
  }

  dispose(): void {
    this.deltas.dispose();
  }

  private post<N extends Increment>(method: N, params: Omit<ChatNotifications[N], 'epoch' | 'seq'>): void {
    if (this.visible) {
      this.seq += 1;
      this.view?.notify(method, { ...params, epoch: this.epoch, seq: this.seq } as ChatNotifications[N]);
    }
  }
}
