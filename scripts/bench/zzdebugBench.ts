import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fakeModelSettings } from '../../test/e2e/support/chat';
import { startRig } from '../../test/e2e/support/rig';
import { FakeModelServer } from '../../test/support/fakeModelServer';
import { rejoinId } from './benchRig';
import { makeSession } from './chatViewSession';
import { loadEverything, scrollToEarlier } from './chatViewPage';
import { stream } from './chatViewStream';
import { ShowWindow } from './chatViewWindow';
const rig = await startRig(process.cwd());
const model = await FakeModelServer.start();
try {
  const folder = mkdtempSync(path.join(rig.context.runFolder, 'large-'));
  await makeSession(rig.context, folder, 10000);
  const w = await ShowWindow.open(rig.context, folder, { extensionId: rejoinId, showCommand: 'rejoin.focusChat' }, { extensionPath: path.resolve('.cache/w/benchdev'), settings: fakeModelSettings(model) });
  await w.hide();
  console.log(await w.show());
  let frame = await w.frame();
  const state = () => frame.evaluate(() => { const l = document.querySelector('[role="log"]')!; return [l.querySelectorAll('article').length, l.scrollTop, l.scrollHeight, l.clientHeight, l.querySelector('.load-older') === null ? 0 : 1].map(Math.round); });
  for (let i = 0; i < 12; i++) { const t = await frame.evaluate(scrollToEarlier); console.log(t, await state()); }
  await w.hide(); await w.show(); frame = await w.frame();
  console.log('drawn', await frame.evaluate(loadEverything));
  const cdp = await w.workbench.page.context().newCDPSession(w.workbench.page);
  await cdp.send('Profiler.enable'); await cdp.send('Profiler.setSamplingInterval', { interval: 500 });
  for (let i = 0; i < 2; i++) {
    await cdp.send('Profiler.start');
    const r = await stream(w, model);
    const { profile } = await cdp.send('Profiler.stop');
    writeFileSync(`/tmp/w/stream${i}.cpuprofile`, JSON.stringify(profile));
    console.log(JSON.stringify({ ...r, span: r.last - r.first }));
  }
  const browser = w.workbench.page.context().browser()!;
  await browser.startTracing(w.workbench.page, { path: '/tmp/w/trace.json', categories: ['devtools.timeline', 'blink.user_timing', 'disabled-by-default-v8.cpu_profiler', 'toplevel'] });
  console.log(JSON.stringify(await stream(w, model)));
  await browser.stopTracing();
  await w.workbench.dispose();
} finally { await model.dispose(); await rig.stop(); }
