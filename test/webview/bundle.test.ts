import { beforeAll, describe, expect, it } from 'vitest';
import { buildView } from './support/harness';

let script: string;
beforeAll(async () => {
  script = await buildView();
});

describe('the script of the page', () => {
  it('is there', () => {
    expect(script.length).toBeGreaterThan(100_000);
    expect(script).toContain('acquireVsCodeApi');
  });

  it.each([
    [
      'makes code out of text',
      /\beval\(|\bnew Function\b|[^.\w]Function\(|javascript:(?!\w*\/)|\bsetTimeout\("|\bsetInterval\("/,
    ],
    ['loads code', /\bimport\(|importScripts|new Worker\b|SharedWorker|serviceWorker|WebAssembly\./],
    ['parses pages', /document\.write|insertAdjacentHTML|outerHTML|createContextualFragment|DOMParser|srcdoc/],
    ['asks a network', /\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|RTCPeerConnection/],
    ['leaves the page or opens another', /window\.open|location\.(?:href|assign|replace)|history\.pushState/],
    ['keeps anything in the browser', /localStorage[.[]|sessionStorage[.[]|indexedDB|document\.cookie/],
    ['reports what is done', /telemetry|analytics|sentry/i],
    ['has a line for a debugger', /\bdebugger\b(?=[;}])|sourceMappingURL/],
  ])('nowhere %s', (_name, pattern) => {
    const found = new RegExp(`.{0,60}(?:${pattern.source}).{0,60}`, pattern.flags).exec(script);
    expect(found?.[0]).toBeUndefined();
  });

  it('sets the inside of an element only in parts of libraries that are never reached', () => {
    // The page's policy has no trusted types, so that an attempt would throw; it is counted to notice a new one.
    expect(script.match(/\binnerHTML\b/g)?.length ?? 0).toBeLessThanOrEqual(4);
  });
});
