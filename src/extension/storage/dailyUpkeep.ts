import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { Event } from '../../core/base/event';
import type { Logger, Timers } from '../../core/base/ports';
import { Sequencer } from '../../core/base/sequencer';
import type { StoreCheck, StoreFile } from '../../core/session/storeFile';
import { textOfError } from '../platform/errorTexts';
import { withoutLinks } from '../sessions/sessionText';

export interface DailyUpkeepDeps {
  /** The file of the open store on disk; undefined while there is none. Opens nothing. */
  openFile(): Promise<StoreFile | undefined>;
  readonly onDidOpenStore: Event<unknown>;
  /** Remembers over windows and restarts what the person was told already. */
  readonly memento: Pick<vscode.Memento, 'get' | 'update'>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What the person asked for comes first. */
const firstDelayMs = 10_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const toldKey = 'rejoin.upkeep.told';

/**
 * Once a day, in one of all windows, backs up what was written and looks through the whole file. Tells a person what is
 * wrong with it, each finding once.
 */
export class DailyUpkeep implements Disposable {
  private readonly store = new DisposableStore();
  private readonly sequencer = new Sequencer();
  private pending: Disposable | undefined;
  /** This window took on a backup that failed; no other window will make it today. */
  private owesBackup = false;
  private toldFailure = false;

  constructor(private readonly deps: DailyUpkeepDeps) {
    this.store.add(deps.onDidOpenStore(() => this.schedule(firstDelayMs)));
  }

  /** Does what is due now. Failures are logged, and told where a person can do something. */
  run(): Promise<void> {
    return this.sequencer.run(async () => {
      const file = await this.deps.openFile();
      if (file?.health.kind === 'ok') {
        await this.backUp(file);
        await this.check(file);
      }
    });
  }

  dispose(): void {
    this.pending?.dispose();
    this.store.dispose();
  }

  private schedule(delayMs: number): void {
    this.pending?.dispose();
    this.pending = this.deps.timers.after(delayMs, () => {
      this.schedule(hourMs);
      this.run().catch((error: unknown) => this.deps.logger.error('The upkeep failed', error));
    });
  }

  private async backUp(file: StoreFile): Promise<void> {
    try {
      const [newest] = await file.listBackups();
      if (newest?.revision === (await file.version()).revision) {
        return;
      }
      if (this.owesBackup || (await file.claim('backup', dayMs))) {
        this.owesBackup = true;
        const backup = await file.backUp('daily');
        this.owesBackup = false;
        this.deps.logger.info(`Backed up ${backup.sessions} sessions to ${backup.path}`);
      }
    } catch (error) {
      this.deps.logger.error('The daily backup failed; it is tried again within the hour', error);
      if (this.owesBackup && !this.toldFailure) {
        this.toldFailure = true;
        void vscode.window.showWarningMessage(withoutLinks(textOfError(error)));
      }
    }
  }

  private async check(file: StoreFile): Promise<void> {
    try {
      if (await file.claim('check', dayMs)) {
        await this.tell(await file.check());
      }
    } catch (error) {
      this.deps.logger.error('The check of the sessions failed', error);
    }
  }

  private async tell(found: StoreCheck): Promise<void> {
    const { problems, altered, incomplete } = found;
    if (problems.length === 0 && altered.length === 0 && incomplete.length === 0) {
      return;
    }
    this.deps.logger.error('The check of the sessions found something', found);
    const finding = createHash('sha256')
      .update(JSON.stringify([problems, altered, incomplete]))
      .digest('hex');
    if (this.deps.memento.get(toldKey) === finding) {
      return;
    }
    await this.deps.memento.update(toldKey, finding);
    const text = problems.length > 0 ? damageText() : changedText(found);
    void offerHelp(text, problems.length > 0 || incomplete.length > 0).catch((error: unknown) =>
      this.deps.logger.error('The command could not be run', error),
    );
  }
}

function damageText(): string {
  return vscode.l10n.t(
    'The database of the sessions is damaged. What can be read of it is shown as before; restore a backup, or what can be read of the file, before you go on.',
  );
}

function changedText({ altered, incomplete }: StoreCheck): string {
  const texts: string[] = [];
  if (altered.length > 0) {
    texts.push(
      altered.length === 1
        ? vscode.l10n.t('1 stored message was changed outside of Rejoin. It is marked in its session.')
        : vscode.l10n.t(
            '{0} stored messages were changed outside of Rejoin. They are marked in their sessions.',
            altered.length,
          ),
    );
  }
  if (incomplete.length > 0) {
    texts.push(
      incomplete.length === 1
        ? vscode.l10n.t('In 1 session stored messages are missing or were put in outside of Rejoin.')
        : vscode.l10n.t(
            'In {0} sessions stored messages are missing or were put in outside of Rejoin.',
            incomplete.length,
          ),
    );
  }
  return texts.join(' ');
}

async function offerHelp(text: string, canRestore: boolean): Promise<void> {
  const restore = vscode.l10n.t('Restore…');
  const diagnostics = vscode.l10n.t('Copy Diagnostics');
  const buttons = canRestore ? [restore, diagnostics] : [diagnostics];
  const answer = await vscode.window.showWarningMessage(text, ...buttons);
  if (answer === restore) {
    await vscode.commands.executeCommand('rejoin.restoreBackup');
  } else if (answer === diagnostics) {
    await vscode.commands.executeCommand('rejoin.copyDiagnostics');
  }
}
