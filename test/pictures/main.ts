import path from 'node:path';
import { startRig } from '../e2e/support/rig';
import { takePicture, type Theme } from './pictureSession';
import { scenarios } from './scenarios';

const themes: readonly Theme[] = ['dark', 'light'];

/** Takes every picture, or those whose names are given, into media/pictures. */
export async function takePictures(projectRoot: string, names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`No such picture: ${unknown.join(', ')}.`);
  const rig = await startRig(projectRoot);
  try {
    for (const scenario of scenarios.filter(({ name }) => names.length === 0 || names.includes(name))) {
      for (const theme of themes) {
        await takePicture(rig.context, scenario, theme, path.join(projectRoot, 'media', 'pictures'));
        console.log(`media/pictures/${scenario.name}-${theme}.png`);
      }
    }
  } finally {
    await rig.stop();
  }
}
