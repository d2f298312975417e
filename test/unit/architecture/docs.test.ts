import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
/** Made by the build, so not there in a fresh clone, or a pattern for a name. */
const notThere = /^dist\/|YYYY/;

/** The texts in backticks outside of fenced blocks. */
function codeIn(markdown: string): readonly string[] {
  return [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
}

function isPath(text: string): boolean {
  return (
    /^[\w.@-]+(\/[\w.@-]+)*\/?$/.test(text) &&
    (/^(src|test|scripts|migrations|media)\b/.test(text) || /\.(ts|tsx|mjs|cjs|sql|css|json)$/.test(text))
  );
}

function exists(text: string): boolean {
  const name = text.replace(/\/$/, '');
  return existsSync(path.join(root, name)) || sources.some((file) => file === name || file.endsWith(`/${name}`));
}

describe.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'])('%s', (file) => {
  const paths = codeIn(read(file)).filter((text) => isPath(text) && !notThere.test(text));

  it('names only files and folders that are there', () => {
    expect(paths.filter((text) => !exists(text))).toEqual([]);
  });

  it('links only to what is there', () => {
    const links = [...read(file).matchAll(/(?:\]\(|(?:src|srcset)=")([^)"#\s]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(path.join(root, link)))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('names paths at all, and every layer of the source', () => {
    expect(codeIn(text).filter(isPath).length).toBeGreaterThan(15);
    const layers = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(layers.map(({ name }) => name).filter((name) => !text.includes(`src/${name}`))).toEqual([]);
  });

  it('names only classes, types and functions that the source has', () => {
    const declared = sources
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => readFileSync(path.join(root, 'src', file), 'utf8'))
      .join('\n');
    const names = codeIn(text).filter((name) => /^[A-Z][a-z]\w*(\.\w+)?$/.test(name));
    expect(names.length).toBeGreaterThan(5);
    const missing = names
      .flatMap((name) => name.split('.'))
      .filter((name) => !new RegExp(`\\b${name}\\b`).test(declared));
    expect(missing).toEqual([]);
  });
});

describe('README.md', () => {
  const text = read('README.md');
  const { contributes } = JSON.parse(read('package.json')) as {
    readonly contributes: {
      readonly commands: readonly { readonly command: string }[];
      readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
    };
  };

  it('names every command and no other', () => {
    const inTable = [...text.matchAll(/^\|[^|]*\| ((?:`rejoin\.\w+`(?:, )?)+) \|$/gm)].flatMap((row) =>
      codeIn(row[1] ?? ''),
    );
    expect([...inTable].sort()).toEqual(contributes.commands.map(({ command }) => command).sort());
  });

  it('tells the default of every setting', () => {
    const rows = [...text.matchAll(/^\| ((?:`rejoin\.[\w.]+`(?:, )?)+) \| (?:`([^`]*)`)? ?\|/gm)];
    const told = Object.fromEntries(
      rows.flatMap(([, keys, value]) => codeIn(keys ?? '').map((key) => [key, value ?? ''])),
    );
    const defaults = Object.entries(contributes.configuration.properties).map(([key, { default: value }]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(told).toEqual(Object.fromEntries(defaults));
  });
});
