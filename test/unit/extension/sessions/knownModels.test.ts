import { expect, it, vi } from 'vitest';
import { listKnownModels } from '../../../../src/extension/models/knownModels';

vi.mock('vscode', () => ({}));

it('the models that are known without asking come from VS Code, the settings and earlier choices, each once', async () => {
  const providers = await listKnownModels({
    vscodeModels: {
      all: () =>
        Promise.resolve([{ vendor: 'copilot', id: 'gpt', name: 'GPT', family: 'gpt', maxInputTokens: 1 } as never]),
      vendorLabel: () => 'GitHub Copilot',
    },
    settings: {
      providers: [
        { id: 'ollama', kind: 'openai-compatible', label: 'Ollama', models: ['qwen', { id: 'llama', label: 'Llama' }] },
        { id: 'empty', kind: 'openai' },
      ],
    },
    recent: {
      refs: [
        { provider: 'ollama', model: 'llama' },
        { provider: 'ollama', model: 'phi' },
        { provider: 'gone', model: 'x' },
      ],
    },
  });
  expect(providers.map(({ label, models }) => [label, models.map((model) => model.label)])).toEqual([
    ['GitHub Copilot', ['GPT']],
    ['Ollama', ['Llama', 'phi', 'qwen']],
  ]);
  expect(providers[0]?.models[0]?.ref).toEqual({ provider: 'vscode:copilot', model: 'gpt' });
});
