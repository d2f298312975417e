import type { RecordedRequest } from '../../support/fakeModelReplies';

export interface SentMessage {
  readonly role: string;
  readonly content: unknown;
}

/** The messages of a completion request, as the provider got them. */
export function messagesOf(request: RecordedRequest | undefined): readonly SentMessage[] {
  const body = request?.body as { readonly messages?: readonly SentMessage[] } | undefined;
  return body?.messages ?? [];
}
