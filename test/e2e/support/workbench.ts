import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Frame, type Page } from 'playwright-core';
import { chromiumArguments } from '../../../scripts/lib/chromium.mjs';
import { workbenchAddress } from '../../../scripts/lib/workbenchAddress.mjs';
import { Bridge } from './bridge';
import type { RigContext } from './rig';

export interface OpenOptions {
  /** Whether the window trusts its folder; default true. */
  readonly trust?: boolean;
  /** Folder of the extension under development; default is Rejoin itself. `false` loads installed extensions only. */
  readonly extensionPath?: string | false;
  /** Further environment variables of the window's extension host. */
  readonly environment?: Readonly<Record<string, string>>;
  /** User settings on top of the rig's own. All windows of a run share one settings file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Size of the window in pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Pixels of the picture per pixel of the window; default 1. */
  readonly pixelRatio?: number;
  /** Another window of this workbench's browser, whose storage (drafts, trust, secrets) it then shares. */
  readonly beside?: Workbench;
}

/** Keeps a window quiet: nothing from the network, nothing in front of what is tested. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'update.mode': 'none',
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'git.openRepositoryInParentFolders': 'never',
};

let windowCount = 0;

/** One VS Code window in a headless browser, with its own extension host. */
export class Workbench {
  private constructor(
    private readonly rig: RigContext,
    readonly page: Page,
    readonly bridge: Bridge,
    private readonly context: BrowserContext,
    private readonly ownedBrowser: Browser | undefined,
  ) {}

  /**
   * Opens a folder, a `.code-workspace` file, or an empty window (`undefined`), and waits until extensions run.
   */
  static async open(rig: RigContext, target: string | undefined, options: OpenOptions = {}): Promise<Workbench> {
    writeUserSettings(rig, {
      ...quietSettings,
      'security.workspace.trust.enabled': options.trust === false,
      ...options.settings,
    });
    const browser =
      options.beside === undefined
        ? await chromium.launch({ executablePath: rig.chromium, args: [...chromiumArguments] })
        : undefined;
    const context = options.beside?.context ?? (await newContext(browser, options));
    const page = await context.newPage();
    windowCount += 1;
    const bridge = new Bridge(path.join(rig.runFolder, `bridge-${process.pid}-${windowCount}.json`));
    const workbench = new Workbench(rig, page, bridge, context, browser);
    try {
      const extension = options.extensionPath ?? rig.projectRoot;
      const environment = { ...options.environment, ...bridge.environment };
      const address = { environment, ...(extension === false ? {} : { extensionFolder: extension }) };
      await page.goto(workbenchAddress(rig.serverAddress, target, address));
      await workbench.ready();
    } catch (error) {
      await workbench.screenshot('failed-to-open').catch(() => undefined);
      await workbench.dispose();
      throw error;
    }
    return workbench;
  }

  /** Changes user settings of this and every other window of the run. */
  setSettings(settings: Readonly<Record<string, unknown>>): void {
    writeUserSettings(this.rig, { ...quietSettings, 'security.workspace.trust.enabled': false, ...settings });
  }

  /** Shows the window in a theme. One that is only named in the settings file is not applied to a new window. */
  async setTheme(name: string): Promise<void> {
    await this.bridge.evaluate(async (vscode, theme) => {
      const settings = vscode.workspace.getConfiguration('workbench');
      await settings.update('colorTheme', undefined, true);
      await settings.update('colorTheme', theme, true);
    }, name);
    await this.page.waitForTimeout(1000);
  }

  /** Brings Rejoin's chat to the front and gives the frame it lives in. */
  async openChat(): Promise<Frame> {
    await this.executeCommand('rejoin.focusChat');
    return await this.chatFrame();
  }

  /** The frame in which `selector` exists; a webview's content is two frames deep. Waits up to 30 s. */
  async chatFrame(selector = '[role="log"], textarea[aria-label="Message"]'): Promise<Frame> {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames()) {
        if (frame === this.page.mainFrame()) continue;
        const found = await frame
          .locator(selector)
          .count()
          .catch(() => 0);
        if (found > 0) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No webview with ${selector} appeared within 30 s.`);
  }

  /** Opens a file of the window's first folder in an editor. */
  async openFile(relativePath: string): Promise<void> {
    await this.bridge.evaluate(async (vscode, file) => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      if (folder === undefined) throw new Error('The window has no folder.');
      await vscode.window.showTextDocument(vscode.Uri.joinPath(folder.uri, file), { preview: false });
    }, relativePath);
  }

  /** Runs a command as a person does: from the command palette, by its label ("Rejoin: New Session"). */
  async runCommand(label: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type="text"]').first();
    // The palette closes when the end of an earlier action takes the focus; a person then opens it again.
    for (let tries = 1; ; tries += 1) {
      // The palette takes no keys while a webview has the focus.
      await this.page.locator('.part.editor').click({ position: { x: 5, y: 5 }, force: true });
      await this.page.keyboard.press('F1');
      try {
        await input.fill(`>${label}`, { timeout: 3000 });
        break;
      } catch (error) {
        if (tries === 5) throw error;
      }
    }
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
    await row.click();
  }

  /** Runs a command with arguments in the extension host and gives its result. */
  async executeCommand<Result = unknown>(id: string, ...args: readonly unknown[]): Promise<Result> {
    return await this.bridge.executeCommand<Result>(id, ...args);
  }

  /** Reloads the window, as "Developer: Reload Window" does. */
  async reloadWindow(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Saves a picture in .cache/e2e/screenshots and gives its path. */
  async screenshot(name: string): Promise<string> {
    const folder = path.join(this.rig.projectRoot, '.cache', 'e2e', 'screenshots');
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  /** Closes the window, and its browser if this window started it. */
  async dispose(): Promise<void> {
    await this.page.close();
    if (this.ownedBrowser !== undefined) {
      await this.context.close();
      await this.ownedBrowser.close();
    }
  }

  private async ready(): Promise<void> {
    await this.extensionsRun();
    // In the browser VS Code sometimes misses the folders of a workspace file when it reads it, and takes them for none.
    for (let attempt = 1; !(await this.hasItsFolders()); attempt += 1) {
      if (attempt === 5) throw new Error('The folders of the workspace file did not arrive.');
      await this.page.reload();
      await this.extensionsRun();
    }
  }

  private async extensionsRun(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await this.bridge.connect();
  }

  private async hasItsFolders(): Promise<boolean> {
    return await this.bridge.evaluate(async (vscode) => {
      if (vscode.workspace.workspaceFile === undefined) return true;
      const deadline = Date.now() + 3_000;
      while (Date.now() < deadline) {
        if ((vscode.workspace.workspaceFolders ?? []).length > 0) return true;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return false;
    });
  }
}

async function newContext(browser: Browser | undefined, options: OpenOptions): Promise<BrowserContext> {
  if (browser === undefined) throw new Error('A window without a browser of its own needs another to stand beside.');
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.pixelRatio ?? 1,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}

function writeUserSettings(rig: RigContext, settings: Readonly<Record<string, unknown>>): void {
  const folder = path.join(rig.dataFolder, 'data', 'User');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
}
