import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { ViewHarness, type OpenOptions } from './harness';
import './pageHost';

/** The pages of a test file. Whatever a test does, none may break the page's policy, fail, or ask the network for anything. */
export class PageSet {
  private harness: ViewHarness | undefined;
  private readonly pages: Page[] = [];
  private readonly failures: string[] = [];

  async start(): Promise<void> {
    this.harness = await ViewHarness.start();
  }

  async open(snapshot: SessionSnapshot, options: Omit<OpenOptions, 'snapshot'> = {}): Promise<Page> {
    if (this.harness === undefined) {
      throw new Error('The browser was not started');
    }
    const page = await this.harness.open({ snapshot, ...options });
    this.pages.push(page);
    page.on('pageerror', (error) => this.failures.push(String(error)));
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    return page;
  }

  /** Closes what a test opened, and fails it when a page misbehaved. */
  async closePages(): Promise<void> {
    const problems = this.failures.splice(0);
    for (const page of this.pages.splice(0)) {
      problems.push(...(await page.evaluate(() => window.host.violations)));
      await page.close();
    }
    expect([...problems, ...(this.harness?.foreignRequests ?? [])]).toEqual([]);
  }

  async dispose(): Promise<void> {
    await this.harness?.dispose();
  }
}
