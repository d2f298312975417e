import { AppError } from '../../core/base/errors';
import type { Json, TokenUsage } from '../../core/session/sessionEvent';
import type { FinishReason, ModelDelta } from '../../core/turn/modelProvider';
import type { AiSdkMetadata, AiSdkStreamPart } from './aiSdkTypes';
import { packBlocks, type PartBlock } from './partBlocks';

type PartOf<T extends AiSdkStreamPart['type']> = Extract<AiSdkStreamPart, { type: T }>;
type PartName = 'text' | 'reasoning';

/** Characters of the inputs of an answer's calls; they are not shown as they come, so nobody else would notice. */
const maxInputLength = 8 * 1024 * 1024;

/** A sign of life for what is not shown, such as the input of a tool call on its way. */
const signOfLife: ModelDelta = { type: 'text', text: '' };

/** Turns the parts of one stream into deltas and keeps what the provider attaches to them. One per stream. */
export class AiSdkDeltas {
  private readonly blocks: Record<PartName, PartBlock[]> = { text: [], reasoning: [] };
  private readonly open: Partial<Record<PartName, PartBlock>> = {};
  private inputLength = 0;

  /** With the id of the provider, for errors. */
  constructor(private readonly provider: string) {}

  /**
   * The deltas of a part; empty for parts that say nothing to us. `error` parts are the caller's. Throws
   * `model/reply-too-large` when the input of a call does not end.
   */
  read(part: AiSdkStreamPart): readonly ModelDelta[] {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        this.open[nameOf(part)] = { length: 0, metadata: part.providerMetadata ?? null };
        return [];
      case 'text-delta':
      case 'reasoning-delta':
        return this.addDelta(part);
      case 'text-end':
      case 'reasoning-end':
        return this.endBlock(part);
      case 'tool-input-delta':
        this.countInput(part.delta);
        return [signOfLife];
      case 'tool-input-start':
      case 'tool-input-end':
        return [signOfLife];
      case 'tool-call':
        return part.providerExecuted === true ? [] : [toolCall(part)];
      case 'finish':
        return finish(part);
      default:
        return [];
    }
  }

  private countInput(delta: string): void {
    this.inputLength += delta.length;
    if (this.inputLength > maxInputLength) {
      throw new AppError('model/reply-too-large', { args: { provider: this.provider, limitBytes: maxInputLength } });
    }
  }

  private addDelta(part: PartOf<'text-delta' | 'reasoning-delta'>): readonly ModelDelta[] {
    const name = nameOf(part);
    const block = this.open[name] ?? { length: 0, metadata: null };
    this.open[name] = {
      length: block.length + part.delta.length,
      metadata: merge(block.metadata, part.providerMetadata),
    };
    return [{ type: name, text: part.delta }];
  }

  private endBlock(part: PartOf<'text-end' | 'reasoning-end'>): readonly ModelDelta[] {
    const name = nameOf(part);
    const block = this.open[name];
    if (block === undefined) {
      return [];
    }
    delete this.open[name];
    this.blocks[name].push({ length: block.length, metadata: merge(block.metadata, part.providerMetadata) });
    return this.blocks[name].some(({ metadata }) => metadata !== null)
      ? [{ type: 'part_state', part: name, providerState: packBlocks(this.blocks[name]) }]
      : [];
  }
}

function nameOf(part: { readonly type: `${PartName}-${string}` }): PartName {
  return part.type.startsWith('text') ? 'text' : 'reasoning';
}

function merge(before: AiSdkMetadata | null, added: AiSdkMetadata | undefined): AiSdkMetadata | null {
  if (added === undefined) {
    return before;
  }
  const merged: AiSdkMetadata = { ...before };
  for (const [provider, values] of Object.entries(added)) {
    merged[provider] = { ...merged[provider], ...values };
  }
  return merged;
}

function toolCall(part: PartOf<'tool-call'>): ModelDelta {
  return {
    type: 'tool_call',
    id: part.toolCallId,
    name: part.toolName,
    input: parseInput(part.input),
    ...(part.providerMetadata === undefined ? {} : { providerState: part.providerMetadata as Json }),
  };
}

/** The input as the model meant it; text that is not JSON stays text, so that it can be shown and answered. */
function parseInput(input: string): Json {
  if (input.trim() === '') {
    return {};
  }
  try {
    return JSON.parse(input) as Json;
  } catch {
    return input;
  }
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'other',
};

/** Nothing for an end that the provider did not announce: the packages make one up when the connection breaks off. */
function finish({ finishReason, usage }: PartOf<'finish'>): readonly ModelDelta[] {
  const reason = finishReasons[finishReason.unified];
  const announced = finishReason.raw !== undefined || (reason !== undefined && reason !== 'other');
  return announced ? [{ type: 'finish', reason: reason ?? 'other', usage: toUsage(usage) }] : [];
}

function toUsage(usage: PartOf<'finish'>['usage']): TokenUsage {
  return {
    ...known('inputTokens', usage.inputTokens.total),
    ...known('outputTokens', usage.outputTokens.total),
    // The packages say zero where the provider said nothing.
    ...known('reasoningTokens', usage.outputTokens.reasoning || undefined),
    ...known('cachedInputTokens', usage.inputTokens.cacheRead || undefined),
  };
}

function known<K extends keyof TokenUsage>(name: K, value: number | undefined): TokenUsage {
  return value === undefined || Number.isNaN(value) ? {} : { [name]: value };
}
