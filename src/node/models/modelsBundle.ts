import type { ModelProvider } from '../../core/turn/modelProvider';
import { AiSdkProvider, type AiSdkProviderOptions } from './aiSdkProvider';

/** Entry of the bundle that holds the provider packages; loaded with the first request to one of them. */
export function createAiSdkProvider(options: AiSdkProviderOptions): ModelProvider {
  return new AiSdkProvider(options);
}
