import type { FrameLocator, Locator } from 'playwright-core';
import type { FakeModelServer } from '../../support/fakeModelServer';
import type { Workbench } from './workbench';

/** Settings that make a fake model the only one there is. */
export function fakeModelSettings(model: FakeModelServer): Readonly<Record<string, unknown>> {
  return {
    'rejoin.providers': [
      {
        id: 'fake',
        kind: 'openai-compatible',
        label: 'Fake',
        baseUrl: model.baseUrl,
        models: ['fake-model', 'other-model'],
      },
    ],
    'rejoin.defaultModel': 'fake/fake-model',
  };
}

/** The chat as a person finds it: by accessible names. Made anew after every reload. */
export class Chat {
  /** Found anew for every use: VS Code replaces the frames of a webview that it shows again. */
  readonly frame: FrameLocator;

  private constructor(private readonly workbench: Workbench) {
    this.frame = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** Brings the chat to the front. */
  static async open(workbench: Workbench): Promise<Chat> {
    await workbench.executeCommand('rejoin.focusChat');
    const chat = new Chat(workbench);
    await chat.composer.waitFor();
    return chat;
  }

  get composer(): Locator {
    return this.frame.getByRole('textbox', { name: 'Message', exact: true });
  }

  get transcript(): Locator {
    return this.frame.getByRole('log', { name: 'Conversation' });
  }

  get notice(): Locator {
    return this.frame.getByRole('status').filter({ hasText: /^Resumed/ });
  }

  get messages(): Locator {
    return this.transcript.getByRole('article');
  }

  get answers(): Locator {
    return this.transcript.getByRole('article', { name: /^Assistant/ });
  }

  get questions(): Locator {
    return this.transcript.getByRole('article', { name: /^You/ });
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  /** Types a message and presses Enter. */
  async send(text: string): Promise<void> {
    await this.composer.click();
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Sends a message and waits until the answer holds `reply` and the turn is over. */
  async ask(text: string, reply: string | RegExp): Promise<void> {
    await this.send(text);
    await this.answers.last().filter({ hasText: reply }).waitFor();
    await this.button('Stop').waitFor({ state: 'detached' });
  }

  /** Reloads the window and brings the chat back. */
  async reload(): Promise<Chat> {
    await this.workbench.reloadWindow();
    return Chat.open(this.workbench);
  }
}
