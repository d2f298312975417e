// A language model and tools for tests. What the model does is told by the last user message:
// "use the clock" calls the tool fake_clock, "refuse" is blocked, "never end" hangs until it is cancelled,
// anything else is echoed.
const vscode = require('vscode');

const model = {
  id: 'echo-1',
  name: 'Echo One',
  family: 'echo',
  version: '1',
  maxInputTokens: 8000,
  maxOutputTokens: 1000,
  capabilities: { toolCalling: true },
};

/** What the model was asked, for tests: the text of each message with its role. */
const requests = [];

const textOf = (message) =>
  message.content
    .map((part) => {
      if (part instanceof vscode.LanguageModelTextPart) return part.value;
      if (part instanceof vscode.LanguageModelToolResultPart) {
        return `[result ${part.callId}: ${part.content.map((inner) => inner.value ?? '').join('')}]`;
      }
      if (part instanceof vscode.LanguageModelToolCallPart) return `[call ${part.name} ${JSON.stringify(part.input)}]`;
      return '';
    })
    .join('\n');

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function say(text, progress, token) {
  for (const word of text.split(/(?<=\s)/)) {
    if (token.isCancellationRequested) return;
    progress.report(new vscode.LanguageModelTextPart(word));
    await pause(5);
  }
}

const provider = {
  provideLanguageModelChatInformation: () => [model],

  async provideLanguageModelChatResponse(_model, messages, options, progress, token) {
    const read = messages.map((message) => ({
      role: message.role === vscode.LanguageModelChatMessageRole.User ? 'user' : 'assistant',
      text: textOf(message),
    }));
    requests.push({ messages: read, tools: (options.tools ?? []).map((tool) => tool.name) });
    const last = read.findLast((message) => message.role === 'user')?.text ?? '';
    if (last.includes('[result ')) {
      await say(`VS Code model says: ${last}`, progress, token);
    } else if (last.endsWith('use the clock')) {
      progress.report(new vscode.LanguageModelToolCallPart('call-1', 'fake_clock', { city: 'Rome' }));
    } else if (last.endsWith('refuse')) {
      throw vscode.LanguageModelError.Blocked('This request is refused.');
    } else if (last.endsWith('never end')) {
      progress.report(new vscode.LanguageModelTextPart('Thinking'));
      await new Promise((resolve) => token.onCancellationRequested(resolve));
    } else {
      await say(`VS Code model says: ${last}`, progress, token);
    }
  },

  provideTokenCount: (_model, text) =>
    Promise.resolve((typeof text === 'string' ? text : textOf(text)).split(/\s+/).filter(Boolean).length),
};

exports.activate = (context) => {
  // A window that is to have no model at all says so in its environment.
  if (process.env.REJOIN_FAKE_LM !== 'off') {
    context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('fakelm', provider));
  }
  context.subscriptions.push(
    vscode.lm.registerTool('fake_clock', {
      invoke: ({ input }) =>
        new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(`It is noon in ${input.city}.`)]),
    }),
    vscode.lm.registerTool('fake_failure', {
      invoke: () => {
        throw new Error('The fake tool always fails.');
      },
    }),
    vscode.commands.registerCommand('fakeLm.requests', () => requests.splice(0)),
  );
};
