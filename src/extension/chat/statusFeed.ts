import type { Logger } from '../../core/base/ports';
import type { ChatStatus } from './chatSnapshot';
import { buildStatus, loadRecent, type StatusDeps } from './chatSnapshot';
import { skillOf, type Conversation } from './conversation';
import type { ViewPublisher } from './viewPublisher';

export interface StatusFeedDeps extends StatusDeps {
  readonly logger: Logger;
}

/** Tells the view what stands around the conversation: model, workspace, store, settings, recent sessions. */
export class StatusFeed {
  private asked = 0;

  constructor(
    private readonly deps: StatusFeedDeps,
    private readonly publisher: ViewPublisher,
    private readonly shown: () => Conversation | undefined,
  ) {}

  /** Sends the status as it stands now. Of several that are being read only the one asked for last is sent. */
  publish(): void {
    const shown = this.shown();
    if (shown !== undefined) {
      void this.send(shown, ++this.asked);
    }
  }

  publishRecent(): void {
    if (this.shown() !== undefined && this.publisher.visible) {
      void loadRecent(this.deps).then((recent) => this.publisher.notify('recent/updated', { recent }));
    }
  }

  private async send(shown: Conversation, number: number): Promise<void> {
    let status: ChatStatus;
    try {
      status = await buildStatus(this.deps, shown, await this.deps.skills.status(skillOf(shown)));
    } catch (error) {
      this.deps.logger.warn('The status of the chat could not be read', error);
      return;
    }
    if (number === this.asked && this.shown()?.id === shown.id) {
      this.publisher.notify('status/updated', status);
    }
  }
}
