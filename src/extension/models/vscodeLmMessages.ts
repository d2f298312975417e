import * as vscode from 'vscode';
import type { AssistantPart, ModelRequest, PromptMessage, ToolDefinition } from '../../core/turn/modelProvider';
import type { Json } from '../../core/session/sessionEvent';

/**
 * The request in VS Code's shape. VS Code knows only the roles user and assistant: system text leads the first
 * user message, and tool results travel in user messages.
 */
export function toChatMessages(request: ModelRequest): vscode.LanguageModelChatMessage[] {
  const messages = request.messages.flatMap((message) => toChatMessage(message) ?? []);
  if (request.system === '') {
    return messages;
  }
  const [first] = messages;
  const system = new vscode.LanguageModelTextPart(request.system);
  if (first?.role !== vscode.LanguageModelChatMessageRole.User) {
    return [vscode.LanguageModelChatMessage.User([system]), ...messages];
  }
  first.content = [system, ...first.content];
  return messages;
}

export function toChatTools(tools: readonly ToolDefinition[]): vscode.LanguageModelChatTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    ...(isJsonObject(inputSchema) ? { inputSchema } : {}),
  }));
}

/** All text that a request sends, for counting its tokens. */
export function textOfRequest(request: ModelRequest): string {
  return [request.system, ...request.messages.flatMap(textsOf), ...request.tools.map((tool) => JSON.stringify(tool))]
    .filter((text) => text !== '')
    .join('\n');
}

function toChatMessage(message: PromptMessage): vscode.LanguageModelChatMessage | undefined {
  switch (message.role) {
    case 'user':
      return vscode.LanguageModelChatMessage.User([new vscode.LanguageModelTextPart(message.content)]);
    case 'assistant': {
      const parts = message.parts.flatMap((part) => toAssistantPart(part) ?? []);
      return parts.length === 0 ? undefined : vscode.LanguageModelChatMessage.Assistant(parts);
    }
    case 'tool':
      return vscode.LanguageModelChatMessage.User(
        message.results.map(
          (result) =>
            new vscode.LanguageModelToolResultPart(result.toolUseId, [
              new vscode.LanguageModelTextPart(result.content),
            ]),
        ),
      );
  }
}

/** Reasoning has no stable part in VS Code, and models do not need it back. */
function toAssistantPart(
  part: AssistantPart,
): vscode.LanguageModelTextPart | vscode.LanguageModelToolCallPart | undefined {
  switch (part.type) {
    case 'text':
      return new vscode.LanguageModelTextPart(part.text);
    case 'tool_call':
      return new vscode.LanguageModelToolCallPart(
        part.id,
        part.name,
        isJsonObject(part.input) ? part.input : { input: part.input },
      );
    case 'reasoning':
      return undefined;
  }
}

function textsOf(message: PromptMessage): readonly string[] {
  switch (message.role) {
    case 'user':
      return [message.content];
    case 'assistant':
      return message.parts.map((part) =>
        part.type === 'tool_call' ? `${part.name} ${JSON.stringify(part.input)}` : part.text,
      );
    case 'tool':
      return message.results.map((result) => result.content);
  }
}

function isJsonObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
