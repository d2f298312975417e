import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureSampleFolder } from '../../scripts/lib/sampleFolder.mjs';
import type { RigContext } from '../e2e/support/rig';
import { Workbench } from '../e2e/support/workbench';
import { FakeModelServer } from '../support/fakeModelServer';

export type Theme = 'dark' | 'light';

const themeNames: Readonly<Record<Theme, string>> = { dark: 'Dark Modern', light: 'Light Modern' };

/** What a scenario works with: one window on the sample folder, and the model behind it. */
export interface PictureSession {
  readonly workbench: Workbench;
  readonly model: FakeModelServer;
  /** Path of the database behind the window. */
  readonly storeFile: string;
  /** Drags the side bar's edge until the side bar is `pixels` wide. */
  widenSideBar(pixels: number): Promise<void>;
  /** Takes a picture: of the whole window, or of what a selector names. */
  shoot(selector?: string): Promise<void>;
}

/** One picture for the README, taken once per theme as `<name>-<theme>.png`. */
export interface PictureScenario {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Drives the window to what the picture shows, and shoots it. */
  readonly play: (session: PictureSession) => Promise<void>;
}

/** Plays a scenario in one theme, on a store of its own, and writes its picture into `outputFolder`. */
export async function takePicture(
  rig: RigContext,
  scenario: PictureScenario,
  theme: Theme,
  outputFolder: string,
): Promise<void> {
  const runName = `${scenario.name}-${theme}`;
  const folder = await ensureSampleFolder(path.join(rig.runFolder, runName, 'tide-table'));
  const model = await FakeModelServer.start();
  const store = path.join(rig.runFolder, runName, 'store');
  const workbench = await Workbench.open(rig, folder, {
    viewport: scenario.viewport,
    pixelRatio: 2,
    settings: {
      'workbench.layoutControl.enabled': false,
      'chat.commandCenter.enabled': false,
      'window.commandCenter': false,
      'rejoin.storage.path': store,
      'rejoin.providers': [
        {
          id: 'local',
          kind: 'openai-compatible',
          label: 'Local',
          baseUrl: model.baseUrl,
          models: [{ id: 'qwen3-coder', contextWindow: 8192 }],
        },
      ],
      'rejoin.defaultModel': 'local/qwen3-coder',
      // Those of the test window would fill the small model.
      'rejoin.tools.enabled': false,
      ...scenario.settings,
    },
  });
  const widenSideBar = async (pixels: number): Promise<void> => {
    const { page } = workbench;
    const sideBar = await page.locator('.part.sidebar').boundingBox();
    if (sideBar === null) throw new Error('The side bar is hidden.');
    const edge = sideBar.x + sideBar.width;
    const sashes = await Promise.all(
      (await page.locator('.monaco-sash.vertical').all()).map((sash) => sash.boundingBox()),
    );
    const centres = sashes.flatMap((sash) => (sash === null ? [] : [sash.x + sash.width / 2]));
    const [grip = edge] = centres.sort((left, right) => Math.abs(left - edge) - Math.abs(right - edge));
    const middle = sideBar.y + sideBar.height / 2;
    await page.mouse.move(grip, middle);
    await page.mouse.down();
    await page.mouse.move(sideBar.x + pixels, middle, { steps: 5 });
    await page.mouse.up();
  };
  const shoot = async (selector?: string): Promise<void> => {
    mkdirSync(outputFolder, { recursive: true });
    await workbench.setTheme(themeNames[theme]);
    const file = path.join(outputFolder, `${runName}.png`);
    // Whatever is still moving (a fading notice, a caret) would make every run's picture another.
    const options = { path: file, animations: 'disabled', caret: 'hide' } as const;
    if (selector === undefined) await workbench.page.screenshot(options);
    else await workbench.page.locator(selector).first().screenshot(options);
  };
  try {
    await scenario.play({ workbench, model, storeFile: path.join(store, 'sessions.db'), widenSideBar, shoot });
  } finally {
    await workbench.dispose();
    await model.dispose();
  }
}
