import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import type { RigContext } from '../../test/e2e/support/rig';
import { Workbench, type OpenOptions } from '../../test/e2e/support/workbench';
import { watchForNewest, type Appearance } from './chatViewPage';
import { newestMessage } from './storedConversation';

const timeoutMs = 60_000;

export interface ShowTimes {
  /** Milliseconds from the command until the newest message was painted. */
  readonly whole: number;
  /** Milliseconds until the view's page existed: VS Code's share, and activation where there is one. */
  readonly page: number;
  /** Milliseconds from there until its script was loaded. */
  readonly script: number;
  /** Milliseconds from there until the newest message was painted. */
  readonly conversation: number;
}

/** A window in which one view is shown again and again, and timed. */
export class ShowWindow {
  private appeared: (appearance: Appearance) => void = () => undefined;

  private constructor(
    readonly workbench: Workbench,
    private readonly extensionId: string,
    private readonly showCommand: string,
  ) {}

  static async open(
    rig: RigContext,
    folder: string,
    view: { readonly extensionId: string; readonly showCommand: string },
    options: OpenOptions,
  ): Promise<ShowWindow> {
    const workbench = await Workbench.open(rig, folder, options);
    const window = new ShowWindow(workbench, view.extensionId, view.showCommand);
    await workbench.page.exposeBinding('benchAppeared', (_source, appearance: Appearance) =>
      window.appeared(appearance),
    );
    await workbench.page.addInitScript(watchForNewest, newestMessage);
    return window;
  }

  /** Reloads the window with the view out of sight, so that the extension is not active. */
  async restart(): Promise<void> {
    await this.hide();
    // The window writes down which view is in front a moment later.
    await sleep(500);
    await this.workbench.reloadWindow();
    if (await this.isActive()) throw new Error('The extension became active before its view was shown.');
  }

  /** Activates the extension, and nothing else of it. */
  async activate(): Promise<void> {
    await this.workbench.bridge.evaluate(async (vscode, id) => {
      await vscode.extensions.getExtension(id)?.activate();
    }, this.extensionId);
  }

  async hide(): Promise<void> {
    await this.workbench.executeCommand('workbench.view.explorer');
    await sleep(300);
  }

  /** Shows the view. */
  async show(): Promise<ShowTimes> {
    await this.workbench.page.bringToFront();
    const appearance = new Promise<Appearance>((resolve) => (this.appeared = resolve));
    const start = await this.workbench.bridge.evaluate(async (vscode, command) => {
      const now = Date.now();
      await vscode.commands.executeCommand(command);
      return now;
    }, this.showCommand);
    const { begun, scripted, painted } = await orTimeout(appearance, 'The newest message');
    const afterScript = scripted === 0 ? begun : scripted;
    return {
      whole: painted - start,
      page: begun - start,
      script: afterScript - begun,
      conversation: painted - afterScript,
    };
  }

  /** The page of the chat. */
  frame(): Promise<Frame> {
    return this.workbench.chatFrame();
  }

  private isActive(): Promise<boolean> {
    return this.workbench.bridge.evaluate(
      (vscode, id) => vscode.extensions.getExtension(id)?.isActive === true,
      this.extensionId,
    );
  }
}

export async function orTimeout<T>(promise: Promise<T>, what: string): Promise<T> {
  const ended = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`${what} did not come within ${timeoutMs} ms.`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    ended.abort();
  }
}
