import type { Frame, Locator } from 'playwright-core';

/** The composer's text box. */
export function composer(chat: Frame): Locator {
  return chat.getByRole('textbox', { name: 'Message' });
}

/** The messages of one side, oldest first; a message is named after its author and its time. */
export function messagesBy(chat: Frame, author: 'You' | 'Assistant'): Locator {
  return chat.getByRole('log', { name: 'Conversation' }).getByRole('article', { name: new RegExp(`^${author}`) });
}

/** Types a message and sends it with the button. */
export async function send(chat: Frame, text: string): Promise<void> {
  await composer(chat).fill(text);
  await chat.getByRole('button', { name: 'Send' }).click();
}

/** Waits until the newest reply contains `text`. */
export async function waitForReply(chat: Frame, text: string): Promise<void> {
  await messagesBy(chat, 'Assistant').last().filter({ hasText: text }).waitFor();
}
