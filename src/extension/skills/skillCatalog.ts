import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { AppError } from '../../core/base/errors';
import { Emitter, type Event } from '../../core/base/event';
import type { Logger } from '../../core/base/ports';
import type { SkillStatus } from '../../protocol/chatProtocol';
import { skillFolders, skillPattern } from './skillFolders';
import { readSkills, type FoundSkill, type UsableSkill } from './skillReader';

export interface SkillCatalogDeps {
  /** The folder of the person, of which `.rejoin/skills` is looked at. */
  readonly homeFolder: vscode.Uri;
  readonly logger: Logger;
}

/**
 * The skills of this window: those of its folders, where they are trusted, before the person's own. Reads and watches
 * nothing before somebody asks; from then on what was read holds until a file, a folder or the trust changes.
 */
export class SkillCatalog implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<void>());
  private watchers: DisposableStore | undefined;
  private reading: Promise<readonly FoundSkill[]> | undefined;
  private lastRead: readonly FoundSkill[] | undefined;

  /** Other skills may be there. Fires at most once for each time that they were read. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(private readonly deps: SkillCatalogDeps) {
    this.disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.forgetAll()));
    this.disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.forgetAll()));
    this.disposables.add({ dispose: () => this.watchers?.dispose() });
  }

  /** Every skill by name, each name once. A bad file stands for its name as well, so that no other one takes its place. */
  entries(): Promise<readonly FoundSkill[]> {
    this.watch();
    this.reading ??= this.read();
    return this.reading;
  }

  /** Undefined for a name that nothing has. */
  async find(name: string): Promise<FoundSkill | undefined> {
    return findIn(await this.entries(), name);
  }

  /** A skill to use. Rejects with `skill/not-found`, or with `skill/invalid` that names file and line. */
  async get(name: string): Promise<UsableSkill> {
    const found = await this.find(name);
    if (found === undefined) {
      throw new AppError('skill/not-found', { args: { name } });
    }
    if (found.kind === 'bad') {
      const { line, problem } = found;
      throw new AppError('skill/invalid', {
        args: { name, path: vscode.workspace.asRelativePath(found.uri), line, problem },
      });
    }
    return found;
  }

  /** Those that can be used, by name. */
  async usable(): Promise<readonly UsableSkill[]> {
    return usableOf(await this.entries());
  }

  /** What the chat shows. A skill whose file is bad counts as missing. */
  async status(current: string | null): Promise<SkillStatus> {
    return statusOf(await this.entries(), current);
  }

  /** The same without reading anything; undefined before the first reading. */
  knownStatus(current: string | null): SkillStatus | undefined {
    return this.lastRead === undefined ? undefined : statusOf(this.lastRead, current);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async read(): Promise<readonly FoundSkill[]> {
    const { homeFolder, logger } = this.deps;
    const found = await Promise.all(skillFolders(homeFolder).map((folder) => readSkills(folder, logger)));
    const byName = new Map<string, FoundSkill>();
    for (const entry of found.flat()) {
      const key = entry.name.toLowerCase();
      if (!byName.has(key)) {
        byName.set(key, entry);
      }
    }
    this.lastRead = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.lastRead;
  }

  private watch(): void {
    if (this.watchers !== undefined || this.disposables.isDisposed) {
      return;
    }
    const watchers = new DisposableStore();
    for (const folder of skillFolders(this.deps.homeFolder)) {
      const watcher = watchers.add(vscode.workspace.createFileSystemWatcher(skillPattern(folder)));
      for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) {
        watchers.add(event(() => this.forget()));
      }
    }
    this.watchers = watchers;
  }

  /** Also where to look has changed. */
  private forgetAll(): void {
    this.watchers?.dispose();
    this.watchers = undefined;
    this.forget();
  }

  private forget(): void {
    if (this.reading !== undefined) {
      this.reading = undefined;
      this.changed.fire();
    }
  }
}

function statusOf(entries: readonly FoundSkill[], current: string | null): SkillStatus {
  return {
    current,
    missing: current !== null && findIn(entries, current)?.kind !== 'usable',
    available: usableOf(entries).map(({ skill: { name, description } }) => ({ name, description })),
  };
}

function findIn(entries: readonly FoundSkill[], name: string): FoundSkill | undefined {
  const wanted = name.toLowerCase();
  return entries.find((entry) => entry.name.toLowerCase() === wanted);
}

function usableOf(entries: readonly FoundSkill[]): readonly UsableSkill[] {
  return entries.filter((entry) => entry.kind === 'usable');
}
