import type { createOpenAICompatible } from '@ai-sdk/openai-compatible';

/** The one shape that all provider packages share. */
export type AiSdkModel = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
export type AiSdkCallOptions = Parameters<AiSdkModel['doStream']>[0];
export type AiSdkPrompt = AiSdkCallOptions['prompt'];
export type AiSdkStream = Awaited<ReturnType<AiSdkModel['doStream']>>['stream'];
export type AiSdkStreamPart = AiSdkStream extends ReadableStream<infer Part> ? Part : never;
export type AiSdkMetadata = NonNullable<AiSdkCallOptions['providerOptions']>;
