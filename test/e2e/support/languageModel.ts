import type { Bridge } from './bridge';

/** A request as the test's language model saw it, with text parts only. */
export interface LanguageModelRequest {
  readonly modelId: string;
  readonly messages: readonly { readonly role: number; readonly text: string }[];
}

/**
 * Gives this window a language model of vendor "rejoin-test", as another extension would: through `vscode.lm`.
 * It answers every request with `pieces`, 20 ms apart. It is gone after a reload.
 */
export async function registerLanguageModel(bridge: Bridge, id: string, pieces: readonly string[]): Promise<void> {
  await bridge.evaluate(
    async (vscode, model) => {
      const requests: unknown[] = [];
      Object.assign(globalThis, { rejoinTestRequests: requests });
      await vscode.commands.executeCommand('setContext', 'rejoinTest.models', true);
      vscode.lm.registerLanguageModelChatProvider('rejoin-test', {
        provideLanguageModelChatInformation: () => [
          {
            id: model.id,
            name: `Test ${model.id}`,
            family: 'test',
            version: '1',
            maxInputTokens: 100_000,
            maxOutputTokens: 4_000,
            capabilities: {},
          },
        ],
        provideLanguageModelChatResponse: async (information, messages, _options, progress, token) => {
          requests.push({
            modelId: information.id,
            messages: messages.map(({ role, content }) => ({
              role,
              text: content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join(''),
            })),
          });
          for (const piece of model.pieces) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            if (token.isCancellationRequested) return;
            progress.report(new vscode.LanguageModelTextPart(piece));
          }
        },
        provideTokenCount: (_information, text) => Promise.resolve(Math.ceil(JSON.stringify(text).length / 4)),
      });
    },
    { id, pieces },
  );
}

/** The requests that the model registered last has answered in this window. */
export async function languageModelRequests(bridge: Bridge): Promise<readonly LanguageModelRequest[]> {
  return await bridge.evaluate(
    () => (globalThis as { rejoinTestRequests?: readonly LanguageModelRequest[] }).rejoinTestRequests ?? [],
  );
}
