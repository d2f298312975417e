import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly integrity?: string;
        readonly resolved?: string;
        readonly license?: string;
        readonly dev?: boolean;
        readonly dependencies?: Readonly<Record<string, string>>;
        readonly devDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

const lock = JSON.parse(read('package-lock.json')) as Lock;
const packages = Object.entries(lock.packages).filter(([name]) => name !== '');
const shipped = packages.filter(([, entry]) => entry.dev !== true);

describe('the packages', () => {
  it('are all pinned by version and by the hash of their bytes, and come from a registry', () => {
    expect(lock.lockfileVersion).toBeGreaterThanOrEqual(3);
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined && !/^https:/.test(resolved))).toEqual([]);
  });

  it('are asked for in exactly one version each', () => {
    const asked = { ...lock.packages['']?.dependencies, ...lock.packages['']?.devDependencies };
    expect(Object.entries(asked).filter(([, version]) => !/^\d+\.\d+\.\d+(-\w+)?$/.test(version))).toEqual([]);
  });

  it('run no scripts when they are installed', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });

  it('that ship are few, and each names a licence that lets it ship', () => {
    expect(shipped.length).toBeLessThan(90);
    const free =
      /^\(?(MIT|ISC|AFL-2\.1 OR BSD-3-Clause|PSF-2\.0|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|Python-2\.0|CC-BY-4\.0|Unlicense)\b/;
    expect(shipped.filter(([, { license }]) => !free.test(license ?? '')).map(([name]) => name)).toEqual([]);
  });
});

describe('the sources', () => {
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => [file, read(path.join('src', file))] as const);

  it('send no telemetry, run no text as code, and start no process', () => {
    const banned =
      /createTelemetryLogger|applicationinsights|sendTelemetry|\beval\(|new Function\(|node:vm|child_process|registerUriHandler/;
    expect(sources.filter(([, text]) => banned.test(text)).map(([file]) => file)).toEqual([]);
  });

  it('send requests from one place alone', () => {
    const sending =
      /globalThis\.fetch|address\.fetch\(|(?<![.\w] ?)(?<!async )fetch\(|XMLHttpRequest|node:https?'|node:net'|WebSocket|EventSource|sendBeacon/;
    expect(sources.filter(([, text]) => sending.test(text)).map(([file]) => file.replaceAll('\\', '/'))).toEqual([
      'node/models/guardedFetch.ts',
      'node/models/modelList.ts',
    ]);
  });
});
