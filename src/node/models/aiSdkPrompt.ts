import type { Json } from '../../core/session/sessionEvent';
import type { AssistantPart, ModelRequest, PromptMessage, ToolDefinition } from '../../core/turn/modelProvider';
import type { AiSdkCallOptions, AiSdkMetadata, AiSdkPrompt } from './aiSdkTypes';
import { unpackBlocks } from './partBlocks';

type PromptEntry = AiSdkPrompt[number];
type AssistantContent = Extract<PromptEntry, { role: 'assistant' }>['content'];
type FunctionTool = Extract<NonNullable<AiSdkCallOptions['tools']>[number], { type: 'function' }>;

/** The request in the shape of the provider packages. */
export function toAiSdkPrompt(request: ModelRequest): AiSdkPrompt {
  const messages = request.messages.map(toEntry);
  return request.system === '' ? messages : [{ role: 'system', content: request.system }, ...messages];
}

export function toAiSdkTools(tools: readonly ToolDefinition[]): FunctionTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    name,
    description,
    inputSchema: toSchema(inputSchema),
  }));
}

function toEntry(message: PromptMessage): PromptEntry {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.content }] };
    case 'assistant':
      return { role: 'assistant', content: message.parts.flatMap(toContent) };
    case 'tool':
      return {
        role: 'tool',
        content: message.results.map((result) => ({
          type: 'tool-result',
          toolCallId: result.toolUseId,
          toolName: result.name,
          output: { type: result.isError ? 'error-text' : 'text', value: result.content },
        })),
      };
  }
}

function toContent(part: AssistantPart): AssistantContent {
  switch (part.type) {
    case 'text': {
      const pieces = unpackBlocks(part.text, part.providerState) ?? [{ text: part.text, metadata: null }];
      return pieces
        .filter((piece) => piece.text !== '')
        .map(({ text, metadata }) => ({ type: 'text', text, ...optionsOf(metadata) }));
    }
    case 'reasoning':
      // What has no signature, such as the end of a reasoning that was stopped, would be refused.
      return (unpackBlocks(part.text, part.providerState) ?? [])
        .filter((piece) => piece.metadata !== null)
        .map(({ text, metadata }) => ({ type: 'reasoning', text, ...optionsOf(metadata) }));
    case 'tool_call':
      return [
        {
          type: 'tool-call',
          toolCallId: part.id,
          toolName: part.name,
          // Most providers take nothing but an object; the result next to it tells the model what was wrong.
          input: isObject(part.input) ? part.input : { input: part.input },
          ...optionsOf(isObject(part.providerState) ? (part.providerState as AiSdkMetadata) : null),
        },
      ];
  }
}

function optionsOf(metadata: AiSdkMetadata | null): { providerOptions?: AiSdkMetadata } {
  return metadata === null ? {} : { providerOptions: metadata };
}

function toSchema(schema: Json): FunctionTool['inputSchema'] {
  return isObject(schema) ? (schema as FunctionTool['inputSchema']) : { type: 'object', properties: {} };
}

function isObject(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
