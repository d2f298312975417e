import { existsSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { startRig, type RigContext } from '../../test/e2e/support/rig';
import { Workbench } from '../../test/e2e/support/workbench';
import { activateTimed, type Activation } from './activationProbe';
import { builtExtension, rejoinId, smallestExtension, smallestId, storePath } from './benchRig';
import { formatMs, formatRatio, median, printTable } from './measure';

const rounds = 10;

/** A fresh extension host with nothing of the extension in it. */
async function activateOnce(workbench: Workbench, id: string, watchFiles = false): Promise<Activation> {
  await workbench.reloadWindow();
  await workbench.page.waitForTimeout(1_000);
  return await workbench.bridge.evaluate(activateTimed, { id, watchFiles });
}

async function measure(rig: RigContext): Promise<void> {
  const folder = mkdtempSync(path.join(rig.runFolder, 'activation-'));
  const rejoin = await Workbench.open(rig, folder, { extensionPath: builtExtension() });
  const smallest = await Workbench.open(rig, folder, { extensionPath: smallestExtension(rig), beside: rejoin });
  const ours: Activation[] = [];
  const baseline: Activation[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await activateOnce(rejoin, rejoinId));
    baseline.push(await activateOnce(smallest, smallestId));
  }
  const { fileCalls } = await activateOnce(rejoin, rejoinId, true);
  const storeMade = existsSync(storePath(rig));
  await smallest.dispose();
  await rejoin.dispose();

  const row = (name: string, part: 'load' | 'activate' | 'whole'): readonly string[] => {
    const [mine, raw] = [ours, baseline].map((all) => all.map((each) => each[part]));
    const slowest = Math.max(...(mine ?? []));
    const [myMedian, rawMedian] = [median(mine ?? []), median(raw ?? [])];
    return [name, formatMs(myMedian), formatMs(slowest), formatMs(rawMedian), formatRatio(myMedian / rawMedian)];
  };
  printTable(
    `Activation in VS Code's extension host (${rounds} fresh windows; budget of activate() 10 ms, no I/O)`,
    ['step', 'Rejoin, median', 'slowest', 'smallest extension', 'ratio'],
    [row('load the bundle', 'load'), row('activate()', 'activate'), row('VS Code activates it', 'whole')],
  );
  console.log(`\nFile system calls while activate() runs: ${fileCalls.length === 0 ? 'none' : fileCalls.join(', ')}`);
  console.log(`sessions.db after ${rounds + 1} activations: ${storeMade ? 'made' : 'not there'}`);
}

const rig = await startRig(process.cwd());
try {
  await measure(rig.context);
} finally {
  await rig.stop();
}
