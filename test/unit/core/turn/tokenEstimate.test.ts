import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../../../src/core/turn/tokenEstimate';

const bytes = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * index * 7 + index * 13) % 256));

/** Texts with the count of OpenAI's o200k tokenizer. */
const samples: readonly (readonly [string, string, number])[] = [
  [
    'English',
    'The message is on disk before the request leaves, and the text that streams in is never more than one second behind. Close the window in the middle of a reply and the next start shows what had arrived, with a button to go on.',
    49,
  ],
  [
    'code',
    "export async function loadCart(userId: string): Promise<Cart> {\n  const response = await fetch(`/api/carts/${userId}`);\n  if (!response.ok) {\n    throw new HttpError(response.status, 'Cart not found');\n  }\n  return (await response.json()) as Cart;\n}\n",
    61,
  ],
  [
    'JSON',
    '{"id":"0192f3c1-7d7e-7c3a-9a51-2f6f1f3b8f10","items":[{"sku":"A-100","price":12.5,"count":3},{"sku":"B-271","price":0.99,"count":12}],"createdAt":1763625600000}',
    81,
  ],
  ['encoded data', bytes.toString('base64'), 266],
  [
    'German',
    'Die Datenbank wird beim ersten Öffnen angelegt, und jede Nachricht steht auf der Festplatte, bevor die Anfrage das Haus verlässt. Größe, Übersicht und Verständlichkeit gehören zu den wichtigsten Eigenschaften einer guten Oberfläche.',
    43,
  ],
  [
    'Russian',
    'База данных создаётся при первом открытии, и каждое сообщение записывается на диск до отправки запроса.',
    25,
  ],
  [
    'Chinese',
    '数据库在首次打开时创建，每条消息在请求发出之前都会写入磁盘。如果在回复过程中关闭窗口，已经收到的文本会被保留。',
    35,
  ],
  [
    'Japanese',
    'データベースは最初に開いたときに作成され、すべてのメッセージはリクエストが送信される前にディスクに書き込まれます。',
    47,
  ],
  ['emoji', 'Great job 🎉🚀 done ✅ next ➡️ fix 🐛 and ship 📦 it 🙂👍🏽', 25],
];

describe('estimateTokens', () => {
  it.each(samples)('is within 30 % of the true count for %s', (_name, text, count) => {
    expect(Math.abs(estimateTokens(text) / count - 1)).toBeLessThan(0.3);
  });

  it('is nothing for nothing and grows with the text', () => {
    expect(estimateTokens('')).toBe(0);
    const [, text] = samples[0] ?? ['', ''];
    expect(estimateTokens(text.repeat(10))).toBeGreaterThan(9 * estimateTokens(text));
  });
});
