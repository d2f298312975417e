import * as vscode from 'vscode';
import { AppError, isAppError, isCancellation, toError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { Json, TokenUsage } from '../../core/session/sessionEvent';
import type { ModelDelta, ModelInfo, ModelProvider, ModelRequest } from '../../core/turn/modelProvider';
import { toCancellationSource } from '../platform/cancellation';
import { providerIdOfVendor } from './modelRefText';
import { iterateUntilAbort, raceAbort } from './raceAbort';
import { textOfRequest, toChatMessages, toChatTools } from './vscodeLmMessages';
import type { VscodeLmModels } from './vscodeLmModels';
import { withTimeout } from './withTimeout';

/** A finished answer must not wait for a slow count of its tokens. */
const countTimeoutMs = 2000;
const maxDetailLength = 200;

/** The models of one vendor in VS Code, as the turns need them. */
export class VscodeLmProvider implements ModelProvider {
  readonly id: string;
  readonly label: string;

  constructor(
    private readonly vendor: string,
    private readonly models: VscodeLmModels,
    private readonly logger: Logger,
  ) {
    this.id = providerIdOfVendor(vendor);
    this.label = models.vendorLabel(vendor);
  }

  /**
   * Streams one answer. VS Code reports neither usage nor a reason for the end: tokens are counted with the model's
   * own counter, and the answer ends in `tool_calls` when it holds any.
   */
  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelDelta> {
    const source = toCancellationSource(signal);
    try {
      const model = await raceAbort(this.get(request.model), signal);
      const response = await raceAbort(
        model.sendRequest(toChatMessages(request), this.optionsFor(request), source.token),
        signal,
      );
      const output: string[] = [];
      let calledTool = false;
      for await (const part of iterateUntilAbort(response.stream, signal)) {
        const delta = toDelta(part);
        if (delta !== undefined) {
          calledTool ||= delta.type === 'tool_call';
          output.push(delta.type === 'text' ? delta.text : JSON.stringify(delta.input));
          yield delta;
        }
      }
      const usage = await raceAbort(this.countUsage(model, textOfRequest(request), output.join('')), signal);
      yield { type: 'finish', reason: calledTool ? 'tool_calls' : 'stop', usage };
    } catch (error) {
      throw this.toAppError(error, request.model, signal);
    } finally {
      source.dispose();
    }
  }

  async listModels(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const models = await raceAbort(this.models.all(), signal);
    return models.filter((model) => model.vendor === this.vendor).map(toModelInfo);
  }

  async countTokens(model: string, text: string, signal: AbortSignal): Promise<number> {
    const source = toCancellationSource(signal);
    try {
      return await raceAbort((await this.get(model)).countTokens(text, source.token), signal);
    } catch (error) {
      throw this.toAppError(error, model, signal);
    } finally {
      source.dispose();
    }
  }

  private async get(id: string): Promise<vscode.LanguageModelChat> {
    const model = await this.models.find(this.vendor, id);
    if (model === undefined) {
      throw this.error('model/not-found', id);
    }
    return model;
  }

  private optionsFor(request: ModelRequest): vscode.LanguageModelChatRequestOptions {
    return {
      justification: vscode.l10n.t('Rejoin sends the conversation in its chat view to this model.'),
      ...(request.tools.length === 0 ? {} : { tools: toChatTools(request.tools) }),
    };
  }

  private async countUsage(model: vscode.LanguageModelChat, input: string, output: string): Promise<TokenUsage> {
    try {
      const counted = Promise.all([model.countTokens(input), model.countTokens(output)]);
      const counts = await withTimeout(counted, countTimeoutMs, undefined);
      return counts === undefined ? {} : { inputTokens: counts[0], outputTokens: counts[1] };
    } catch (error) {
      this.logger.debug('The tokens of an answer could not be counted', error);
      return {};
    }
  }

  private toAppError(error: unknown, model: string, signal: AbortSignal): Error {
    if (signal.aborted || isCancellation(error)) {
      return new AppError('cancelled', { cause: error });
    }
    if (isAppError(error)) {
      return error;
    }
    const { message } = toError(error);
    switch (codeOf(error)) {
      case 'NoPermissions':
        return this.error('model/forbidden', model, error, message);
      case 'Blocked':
        return this.error('model/blocked', model, error, message);
      case 'NotFound':
        return this.error('model/not-found', model, error);
      default:
        return this.error('model/server-error', model, error, messageOfCause(error) ?? message);
    }
  }

  private error(
    code: 'model/forbidden' | 'model/blocked' | 'model/not-found' | 'model/server-error',
    model: string,
    cause?: unknown,
    detail = '',
  ): AppError {
    return new AppError(code, {
      args: {
        provider: this.id,
        label: this.label,
        model,
        ...(detail === '' ? {} : { detail: detail.slice(0, maxDetailLength) }),
      },
      cause,
    });
  }
}

/** What the core needs to know of a model of VS Code. Its stable API tells nothing of tools; extensions that cannot use them ignore them. */
export function toModelInfo(model: vscode.LanguageModelChat): ModelInfo {
  return {
    id: model.id,
    label: model.name === '' ? model.id : model.name,
    ...(model.maxInputTokens > 0 ? { contextWindow: model.maxInputTokens } : {}),
    supportsTools: true,
  };
}

/** Undefined for a part that this version does not know: it is not an error. */
function toDelta(part: unknown): Extract<ModelDelta, { readonly type: 'text' | 'tool_call' }> | undefined {
  if (part instanceof vscode.LanguageModelTextPart) {
    return { type: 'text', text: part.value };
  }
  if (part instanceof vscode.LanguageModelToolCallPart) {
    return { type: 'tool_call', id: part.callId, name: part.name, input: part.input as Json };
  }
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function messageOfCause(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message !== '' ? cause.message : undefined;
}
