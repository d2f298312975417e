import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger } from '../../../../src/core/base/ports';
import type { ContextItem } from '../../../../src/core/session/contextItem';
import { AttachedAddresses } from '../../../../src/extension/context/attachedAddresses';
import { Attachments } from '../../../../src/extension/context/attachments';
import { createContextCommands } from '../../../../src/extension/context/contextCommands';
import { FakeClock } from '../../../support/builders';
import {
  openStubFolders,
  resetStubWindow,
  stubMemento,
  StubUri,
  vscodeWorkspaceStub,
  type StubDocument,
} from '../../../support/vscodeWorkspaceStub';

/** A window with the folder `shop` on disk, and a session to attach to. */
export class ContextFixture {
  attached: readonly ContextItem[] = [];
  focused = 0;
  readonly memento = stubMemento();
  readonly attachments: Attachments;
  readonly commands: ReturnType<typeof createContextCommands>;
  readonly shop: string;

  private constructor(readonly folder: string) {
    this.shop = path.join(folder, 'shop');
    openStubFolders({ shop: this.shop });
    this.attachments = this.newAttachments();
    this.commands = createContextCommands({
      attachments: this.attachments,
      focusChat: () => Promise.resolve(void this.focused++),
    });
  }

  static async create(): Promise<ContextFixture> {
    resetStubWindow();
    const folder = await mkdtemp(path.join(tmpdir(), 'rejoin-context-'));
    await mkdir(path.join(folder, 'shop'));
    return new ContextFixture(folder);
  }

  get keys(): readonly string[] {
    return this.attached.map(({ type, key }) => `${type} ${key}`);
  }

  /** As after a reload of the window, unless another memento is given. */
  newAttachments(memento = this.memento): Attachments {
    return new Attachments({
      context: {
        list: () => Promise.resolve(this.attached),
        put: (items) => {
          const isNew = (old: ContextItem): boolean =>
            !items.some((item) => item.type === old.type && item.key === old.key);
          this.attached = [...this.attached.filter(isNew), ...items];
          return Promise.resolve();
        },
      },
      addresses: new AttachedAddresses(memento),
      clock: new FakeClock(),
      logger: silentLogger,
    });
  }

  /** Writes a file, by default inside the folder, and returns its address. */
  async write(name: string, content: string | Uint8Array, root = this.shop): Promise<StubUri> {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return StubUri.file(file);
  }

  /** Opens a document with selections, each as first line, first character, last line, last character, from 0. */
  edit(document: StubDocument, ...selections: readonly (readonly [number, number, number, number])[]): void {
    vscodeWorkspaceStub.window.activeTextEditor = {
      document,
      selections: selections.map((each) => new vscodeWorkspaceStub.Selection(...each)),
    };
  }

  attach(argument?: unknown): ReturnType<(typeof this.commands)['rejoin.attachContext']> {
    return this.commands['rejoin.attachContext'](argument);
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
