import { describe, expect, it } from 'vitest';
import type { StoredBody } from '../../../../src/core/session/sessionEvent';
import type { ModelInfo } from '../../../../src/core/turn/modelProvider';
import { buildRequest, layOutPrompt, measurePrompt, type PromptInput } from '../../../../src/core/turn/promptBuilder';
import { promptTokens } from '../../../../src/core/turn/promptLimits';
import { defaultCompactionSettings } from '../../../../src/core/turn/compactionSettings';
import { estimateTokens } from '../../../../src/core/turn/tokenEstimate';
import { fillOf } from '../../../../src/core/turn/compactionChoice';
import { isDue } from '../../../../src/core/turn/compactionPlan';
import { branchOf, call, compaction, exchanges, ref, result, text, user } from './branches';

const info: ModelInfo = { id: 'm', label: 'M', supportsTools: true };
const clock = { name: 'clock', description: 'Tells the time', inputSchema: { type: 'object' } };

function input(bodies: readonly StoredBody[], changes: Partial<PromptInput> = {}): PromptInput {
  return {
    branch: branchOf(...bodies),
    ref,
    info,
    system: 'You are helpful.',
    tools: [clock],
    limits: { maxMessages: 0, maxTokens: 0 },
    ...changes,
  };
}

const attached: StoredBody = {
  type: 'user_message',
  content: 'Why?',
  context: [{ type: 'file', key: 'a.ts', value: 'let a = 1;\n'.repeat(30), changed: false }],
};

describe('the measure of a prompt', () => {
  it('counts what is sent, and its parts add up to it', () => {
    const bodies = [...exchanges(4), compaction(1, 4), attached];
    for (const factor of [1, 0.83, 1.37]) {
      const measured = input(bodies, { factor });
      const { parts, tokens, messages } = measurePrompt(measured);
      const request = buildRequest(measured);
      expect(messages).toBe(request.messages.length);
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(tokens);
      expect(Object.values(parts).every((part) => part > 0)).toBe(true);
      const counted =
        (estimateTokens(request.system) +
          estimateTokens(JSON.stringify(request.tools)) +
          promptTokens(request.messages)) *
        factor;
      expect(Math.abs(tokens - counted)).toBeLessThan(0.03 * counted);
    }
  });

  it('says what the provider said once it has counted', () => {
    const first = layOutPrompt(input(exchanges(30)));
    const reported = 1234;
    const measure = measurePrompt(input(exchanges(30), { factor: reported / first.estimatedTokens }));
    expect(measure.tokens).toBe(reported);
  });

  it('knows no most where neither the model nor a setting says one', () => {
    expect(measurePrompt(input([user('Q')]))).toMatchObject({ maxTokens: null, maxMessages: null, compactsAt: null });
  });

  it('names the most and where messages are summarised, by the strictest limit', () => {
    const windowed = { info: { ...info, contextWindow: 10_000, maxOutputTokens: 1000 } };
    expect(measurePrompt(input([user('Q')], windowed))).toMatchObject({ maxTokens: 9000, compactsAt: 7500 });
    const limits = { maxMessages: 40, maxTokens: 2000 };
    const strict = measurePrompt(input([user('Q')], { ...windowed, limits }));
    const fixed = strict.parts.system + strict.parts.tools;
    expect(strict.maxMessages).toBe(40);
    expect(Math.abs((strict.maxTokens ?? 0) - (fixed + 2000))).toBeLessThanOrEqual(1);
    expect(Math.abs((strict.compactsAt ?? 0) - (fixed + 1500))).toBeLessThanOrEqual(1);
    const off = { ...defaultCompactionSettings, enabled: false };
    expect(measurePrompt(input([user('Q')], { ...windowed, compaction: off })).compactsAt).toBeNull();
  });

  it('decides when messages are summarised: with the very numbers that are shown', () => {
    const settings = { ...defaultCompactionSettings, triggerThreshold: 0.5 };
    const windowed = {
      info: { ...info, contextWindow: 1200, maxOutputTokens: 100 },
      compaction: settings,
      factor: 1.3,
    };
    const shown = Array.from({ length: 24 }, (_, count) => {
      const layout = layOutPrompt(input([...exchanges(count), user('Newest')], windowed));
      const { tokens, compactsAt } = layout.measure;
      const isFull = compactsAt !== null && tokens >= compactsAt;
      expect(isDue(fillOf(layout), settings)).toBe(isFull);
      return isFull;
    });
    expect(new Set(shown)).toEqual(new Set([true, false]));
    const limits = { maxMessages: 20, maxTokens: 0 };
    const counted = Array.from({ length: 12 }, (_, count) => {
      const layout = layOutPrompt(input([...exchanges(count), user('Newest')], { compaction: settings, limits }));
      return [layout.measure.messages, isDue(fillOf(layout), settings)];
    });
    expect(counted.find(([, due]) => due)).toEqual([11, true]);
    expect(counted.filter(([messages, due]) => due !== Number(messages) >= 10)).toEqual([]);
  });

  it('measures an empty session by what goes with its first message', () => {
    const { tokens, parts, messages } = measurePrompt(input([]));
    expect({ messages, rest: parts.messages }).toEqual({ messages: 0, rest: 0 });
    expect(tokens).toBe(parts.system + parts.tools);
  });
});

describe('limits in corrected tokens', () => {
  const sentTurns = (factor: number): number =>
    buildRequest(input([...exchanges(20), user('Newest')], { factor, info: { ...info, contextWindow: 500 } })).messages
      .length;

  it('leave out more for a model that counts more', () => {
    expect(sentTurns(2)).toBeLessThan(sentTurns(1));
    expect(sentTurns(0.5)).toBeGreaterThan(sentTurns(1));
  });

  it('tell what was left out', () => {
    const small = { info: { ...info, contextWindow: 600 } };
    const layout = layOutPrompt(input([...exchanges(20), user('Newest')], small));
    expect(layout.complete).toBe(false);
    expect(layout.wanted.tokens).toBeGreaterThan(layout.measure.maxTokens ?? 0);
    expect(layout.wanted.messages).toBe(41);
    expect(layout.measure.tokens).toBeLessThanOrEqual(600);
    expect(layOutPrompt(input(exchanges(2))).complete).toBe(true);
  });
});

describe('exact limits', () => {
  const bodies = [...exchanges(10), user('Newest')];
  const each = layOutPrompt(input(exchanges(2), { system: '', tools: [] })).turns[0]?.tokens ?? 0;

  it.each([
    ['the number of messages', { maxMessages: 5, maxTokens: 0 }, 5],
    ['the number of tokens', { maxMessages: 0, maxTokens: each * 3 + 15 }, 7],
    ['the stricter one, messages', { maxMessages: 3, maxTokens: each * 3 + 15 }, 3],
    ['the stricter one, tokens', { maxMessages: 15, maxTokens: each + 15 }, 3],
    ['both at once, which is exact', { maxMessages: 7, maxTokens: each * 3 + 15 }, 7],
    ['neither', { maxMessages: 0, maxTokens: 0 }, 21],
    ['both, both too small for the newest message, which goes alone', { maxMessages: 1, maxTokens: 1 }, 1],
  ])('bound the request by %s', (_, limits, expected) => {
    expect(buildRequest(input(bodies, { limits, system: '', tools: [] })).messages).toHaveLength(expected);
  });

  it('leave the newest turn whole, however many messages it has, and nothing before it', () => {
    const tooling = [...exchanges(3), user('Newest'), call('a'), result('a'), text('Done')];
    const sent = buildRequest(input(tooling, { limits: { maxMessages: 2, maxTokens: 1 } })).messages;
    expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
    expect(JSON.stringify(sent[0])).toMatch(/left out[^]*Newest/);
  });

  it('keep a summary when the messages behind it are left out', () => {
    const long = [...exchanges(10), compaction(1, 6, 'The owner is Mira.'), user('Newest')];
    const sent = buildRequest(input(long, { limits: { maxMessages: 3, maxTokens: 0 } })).messages;
    expect(sent).toHaveLength(3);
    expect(sent[0]).toMatchObject({
      content: expect.stringMatching(/The owner is Mira\.\n\n\[Earlier messages[^]*q10/),
    });
  });

  it('give the newest message its room even before a summary', () => {
    const long = [user('q'), text('a'), compaction(1, 2, 'summary '.repeat(500)), user('Newest')];
    const sent = buildRequest(input(long, { info: { ...info, contextWindow: 400 } })).messages;
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).toMatch(/left out[^]*Newest/);
    expect(JSON.stringify(sent)).not.toContain('summary summary');
  });
});

describe('marks around summaries', () => {
  const marked = (body: StoredBody): string => {
    const compactionSettings = { ...defaultCompactionSettings, showSummaryMarkers: true };
    const [first] = buildRequest(
      input([...exchanges(2), body, user('Newest')], { compaction: compactionSettings }),
    ).messages;
    return first?.role === 'user' ? first.content : '';
  };

  it('name the messages that it stands for and say where it ends', () => {
    expect(marked(compaction(1, 4, 'Carts.', { messages: 4 }))).toBe(
      '[Summary of messages 1 to 4 of this conversation]\nCarts.\n[End of the summary of messages 1 to 4]\n\nNewest',
    );
  });

  it('name entries of the log where the messages were not counted', () => {
    expect(marked(compaction(1, 4, 'Carts.'))).toContain('[Summary of entries 1 to 4 of this conversation]');
  });
});
