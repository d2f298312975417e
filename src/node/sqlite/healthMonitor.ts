import type { Disposable } from '../../core/base/disposable';
import { isAppError, type AppError } from '../../core/base/errors';
import { Emitter, type Event } from '../../core/base/event';
import type { Logger } from '../../core/base/ports';
import type { StoreHealth } from '../../core/session/storeHealth';
import { isDamage, mayPass } from './sqliteErrors';

/** Short enough that nobody waits for it, long enough that a full disk is not kept busy. */
export const defaultProbeMs = 3000;

export interface HealthMonitorOptions {
  /** A write that needs the disk as the next one will. Whatever comes of it is to be told with `wrote` or `failed`. */
  readonly probe: () => Promise<unknown>;
  readonly probeMs: number;
  readonly logger: Logger;
}

/** Tells how a store stands from how the accesses to it went, and finds out by itself when a trouble is over. */
export class HealthMonitor implements Disposable {
  private readonly changed = new Emitter<StoreHealth>((error) =>
    this.options.logger.error('A listener of the store failed', error),
  );
  private timer: NodeJS.Timeout | undefined;
  private disposed = false;

  readonly onDidChange: Event<StoreHealth> = this.changed.event;

  constructor(
    private current: StoreHealth,
    private readonly options: HealthMonitorOptions,
  ) {}

  get health(): StoreHealth {
    return this.current;
  }

  /** A write is on disk. */
  wrote(): void {
    if (this.current.kind === 'trouble') {
      this.become({ kind: 'ok' });
    }
  }

  /** A write failed. What says nothing of the disk changes nothing. */
  failed(error: unknown): void {
    if (this.current.kind === 'broken' || this.noteDamage(error)) {
      return;
    }
    if (isAppError(error, 'store/newer-schema')) {
      this.become({ kind: 'readOnly', error });
    } else if (this.current.kind !== 'readOnly' && mayPass(error)) {
      this.trouble(error);
    }
  }

  /** True when the error says that the file is damaged, whether in a read or a write; then it is broken from here on. */
  noteDamage(error: unknown): boolean {
    if (isDamage(error)) {
      this.break(error);
      return true;
    }
    return false;
  }

  /** Nothing more is to be written until the file was opened anew. */
  break(error: AppError): void {
    if (this.current.kind !== 'broken') {
      this.become({ kind: 'broken', error });
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.changed.dispose();
  }

  private trouble(error: AppError): void {
    const known = this.current.kind === 'trouble' && this.current.error.code === error.code;
    if (!known) {
      this.become({ kind: 'trouble', error });
    }
    this.probeLater();
  }

  private become(health: StoreHealth): void {
    this.current = health;
    if (health.kind === 'ok') {
      this.options.logger.info('The store can be written again');
    } else {
      this.options.logger.warn(`The store is in another state: ${health.kind}`, health.error);
    }
    this.changed.fire(health);
  }

  private probeLater(): void {
    if (this.disposed || this.timer !== undefined) {
      return;
    }
    this.timer = setTimeout(() => void this.probe(), this.options.probeMs);
    // A process that has nothing else to do need not stay for this.
    this.timer.unref();
  }

  private async probe(): Promise<void> {
    await this.options.probe().catch(() => undefined);
    this.timer = undefined;
    if (this.current.kind === 'trouble') {
      this.probeLater();
    }
  }
}
