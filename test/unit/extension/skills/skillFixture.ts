import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as vscode from 'vscode';
import { silentLogger, type Logger } from '../../../../src/core/base/ports';
import { SkillCatalog } from '../../../../src/extension/skills/skillCatalog';
import { openStubFolders, resetStubWindow, StubUri } from '../../../support/vscodeWorkspaceStub';

export function skillText(name: string, fields = '', body = `Keep to ${name}. $ARGUMENTS`): string {
  return `---\nname: ${name}\ndescription: Use for ${name}\n${fields}---\n${body}\n`;
}

/** A window with one folder `shop` and a home folder, both on disk, and the skills in them. */
export class SkillFixture {
  readonly warnings: string[] = [];
  readonly catalog: SkillCatalog;
  readonly shop: string;
  readonly home: string;

  private constructor(readonly folder: string) {
    this.shop = path.join(folder, 'shop');
    this.home = path.join(folder, 'home');
    openStubFolders({ shop: this.shop });
    const logger: Logger = { ...silentLogger, warn: (message) => this.warnings.push(message) };
    this.catalog = new SkillCatalog({ homeFolder: this.homeUri, logger });
  }

  static async create(): Promise<SkillFixture> {
    resetStubWindow();
    const folder = await mkdtemp(path.join(tmpdir(), 'rejoin-skills-'));
    const fixture = new SkillFixture(folder);
    await Promise.all([fixture.shop, fixture.home].map((each) => mkdir(each)));
    return fixture;
  }

  get homeUri(): vscode.Uri {
    return StubUri.file(this.home) as unknown as vscode.Uri;
  }

  /** Writes a file of a skill and returns its path. */
  async write(root: string, folder: string, text: string): Promise<string> {
    const file = path.join(root, '.rejoin', 'skills', folder, 'SKILL.md');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  /** Writes a skill that can be used. */
  add(root: string, name: string, fields?: string, body?: string): Promise<string> {
    return this.write(root, name, skillText(name, fields, body));
  }

  async dispose(): Promise<void> {
    this.catalog.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }
}
