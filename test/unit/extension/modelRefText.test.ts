import { describe, expect, it } from 'vitest';
import { isSameModel, parseModelRef, providerIdOfVendor, vendorOf } from '../../../src/extension/models/modelRefText';

describe('names of models', () => {
  it.each([
    ['openai/gpt-5', { provider: 'openai', model: 'gpt-5' }],
    ['router/anthropic/claude', { provider: 'router', model: 'anthropic/claude' }],
    ['vscode:copilot/gpt-5', { provider: 'vscode:copilot', model: 'gpt-5' }],
  ])('%s', (text, ref) => {
    expect(parseModelRef(text)).toEqual(ref);
  });

  it.each(['', 'gpt-5', '/gpt-5', 'openai/', ' / '])('finds none in %j', (text) => {
    expect(parseModelRef(text)).toBeUndefined();
  });

  it("tells VS Code's models from those of the settings", () => {
    expect(vendorOf(providerIdOfVendor('copilot'))).toBe('copilot');
    expect(vendorOf('copilot')).toBeUndefined();
  });

  it('compares by provider and model', () => {
    const ref = { provider: 'a', model: 'b' };
    expect(isSameModel(ref, { ...ref })).toBe(true);
    expect(isSameModel(ref, { ...ref, model: 'c' })).toBe(false);
    expect(isSameModel(ref, null)).toBe(false);
  });
});
