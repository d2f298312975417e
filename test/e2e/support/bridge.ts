import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as vscode from 'vscode';

interface BridgeAddress {
  readonly port: number;
  readonly token: string;
  readonly pid: number;
}

/**
 * Runs commands and code inside the extension host of one window, through the test bridge extension.
 * The window's extension host gets `addressFile` in its environment and writes there where it listens.
 */
export class Bridge {
  private address: BridgeAddress | undefined;

  constructor(private readonly addressFile: string) {}

  /** Variables that the window's extension host needs. */
  get environment(): Readonly<Record<string, string>> {
    return { REJOIN_TEST_BRIDGE: this.addressFile };
  }

  /** Process id of the extension host last connected to. */
  get pid(): number | undefined {
    return this.address?.pid;
  }

  /** Waits for an extension host other than the one last connected to. */
  async connect(timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const found = existsSync(this.addressFile)
        ? (JSON.parse(readFileSync(this.addressFile, 'utf8')) as BridgeAddress)
        : undefined;
      if (found !== undefined && found.token !== this.address?.token) {
        this.address = found;
        return;
      }
      await sleep(50);
    }
    throw new Error(`No extension host connected its test bridge within ${timeoutMs} ms.`);
  }

  /** Runs a command with arguments and gives its result, as far as JSON carries it. */
  async executeCommand<Result = unknown>(id: string, ...args: readonly unknown[]): Promise<Result> {
    return (await this.call({ action: 'executeCommand', id, args })) as Result;
  }

  /**
   * Runs a function in the extension host. Only its source text travels: it sees `vscode`, the argument and
   * Node's globals, nothing from the test around it.
   */
  async evaluate<Argument, Result>(
    body: (api: typeof vscode, argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> {
    return (await this.call({ action: 'evaluate', body: body.toString(), argument })) as Result;
  }

  /** Ends the extension host as a crash would: at once, without any clean-up. */
  async killExtensionHost(): Promise<void> {
    await this.call({ action: 'killExtensionHost' }).catch(() => undefined);
  }

  private async call(body: object): Promise<unknown> {
    if (this.address === undefined) throw new Error('The test bridge is not connected.');
    const response = await fetch(`http://127.0.0.1:${this.address.port}/`, {
      method: 'POST',
      // A connection kept open would be closed by the other side just when the next call uses it.
      headers: {
        authorization: `Bearer ${this.address.token}`,
        'content-type': 'application/json',
        connection: 'close',
      },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { value?: unknown; error?: { name?: string; message: string } };
    if (answer.error !== undefined) throw new Error(answer.error.message, { cause: answer.error });
    return answer.value;
  }
}
