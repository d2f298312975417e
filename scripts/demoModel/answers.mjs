const label = '**Demo reply, written in advance: no AI is involved.**';

/**
 * Canned answers by the words of the question; the first that matches wins.
 * @type {readonly { pattern: RegExp, answer: string | ((conversation: readonly Message[]) => string) }[]}
 * @typedef {{ role: string, text: string }} Message
 */
const answers = [
  {
    pattern: /\b(remember|first message|my messages|what did i (say|ask|write)|how many messages)\b/i,
    answer: (conversation) => {
      const own = conversation.filter((message) => message.role === 'user');
      return `This request carried the whole conversation: ${own.length} message${own.length === 1 ? '' : 's'} of yours.
The first was:

> ${own[0].text.split('\n')[0].slice(0, 200)}

Reload the window and ask again: the number goes on from here, because Rejoin sends the stored conversation, not what happens to be in memory.`;
    },
  },
  {
    pattern: /\b(long|essay|scroll|markdown|everything you can)\b/i,
    answer: () => longAnswer,
  },
  {
    pattern: /(\/new\b|\bnew (session|chat|conversation)\b|\bstart over\b)/i,
    answer: `Type \`/new\` in the message box, or press **New session** in the view's title bar.

The session you leave is not lost: it stays in the *Sessions* view. Rejoin only stops resuming it by itself, until you send something in it again.`,
  },
  {
    pattern: /\b(resum\w*|reload\w*|restart\w*|crash\w*|come back|where was i)\b/i,
    answer: `Try it now: reload this window (**Developer: Reload Window** in the command palette, or your browser's reload button).

The conversation comes back by itself, with a notice that says what was resumed and when it was last active. It does so when

1. the session belongs to this folder, or to the same Git repository;
2. its last event is not older than \`rejoin.session.continueMinutes\` (60 minutes);
3. you did not end it with \`/new\`, archive it or delete it.`,
  },
  {
    pattern: /\b(privacy|private|telemetry|leak\w*|upload\w*|phone home|secure|security|api keys?|secrets?)\b/i,
    answer: `Nothing leaves your machine except what you send to the model you chose.

- No telemetry, and no request when VS Code starts.
- API keys are kept in VS Code's secret storage only, bound to the address they were entered for.
- The conversations lie in a local database that only your user may read.

This demo model is a small server on your own machine, so right now nothing leaves it at all.`,
  },
  {
    pattern: /\b(data|database|sqlite|stored?|storage|saved?|disk|files?)\b/i,
    answer: `Every conversation is a log of events in one SQLite file, \`sessions.db\`, in the extension's storage folder on your machine. The setting \`rejoin.storage.path\` moves it elsewhere.

Your message is on disk *before* the request leaves, and a streamed reply is never more than a second behind, so a crash costs you next to nothing.`,
  },
  {
    pattern: /\b(models?|providers?|openai|anthropic|claude|gemini|google|ollama|copilot|gpt|lm studio|connect)\b/i,
    answer: `To talk to a real model, run **Rejoin: Add Provider…** from the command palette. It asks for the kind, the address, a key if one is needed, and the model, and then tests the connection.

| Kind | Needs |
|---|---|
| VS Code's own language models | an extension that offers them |
| OpenAI, Anthropic, Google, xAI, Azure, Amazon Bedrock | a key |
| Ollama, LM Studio and other local servers | nothing |

Each session remembers its model, and a resumed one answers with that model.`,
  },
  {
    pattern: /\b(shortcuts?|keyboard|keys|keybindings?|commands?|slash|help)\b/i,
    answer: `| Keys | What happens |
|---|---|
| Enter | sends the message (the setting \`rejoin.enterSends\` changes that) |
| Shift+Enter | breaks the line |
| Up in an empty box | brings back what you sent before |
| F2 in the Sessions view | renames a session |
| Delete in the Sessions view | moves a session to the trash |

Type \`/\` in the message box to see the slash commands, and *Rejoin* in the command palette to see all commands.`,
  },
  {
    pattern: /\b(code|example|function|typescript|python|snippet)\b/i,
    answer: `A code block can be copied, inserted at the cursor, or opened as a file:

\`\`\`typescript
/** Greets everyone once. */
export function greetAll(names: readonly string[]): string {
  return [...new Set(names)].map((name) => \`Hello, \${name}!\`).join('\\n');
}
\`\`\``,
  },
  {
    pattern: /\b(rejoin|what (is|are|can) (this|you)|who are you|about|demo)\b/i,
    answer: `**Rejoin** is an AI chat in VS Code's side bar whose conversations are never lost. Every conversation is stored on your machine, event by event. Open a folder and you are back in the session you were in.

Ask me about: *resuming*, *where the data is*, *privacy*, *\`/new\`*, *models and providers*, *shortcuts*, *code*, *something long*, or *what do you remember*.`,
  },
];

const fallback = `I only know answers about Rejoin itself. Ask me for example:

- What is Rejoin?
- How does resuming work?
- Where is my data?
- Is it private?
- How do I connect a real model?
- What do you remember of this conversation?
- Show me something long`;

const longAnswer = `# Something long

This answer takes a while, so that you can try what a chat has to do well: press **Stop** in the middle, scroll up while it grows, hide the view and show it again, or reload the window.

## Text

Streamed text is written to disk at most a second after it arrives. If you reload now, you will find what had arrived, marked as interrupted, with *Continue* and *Retry* beside it.

> A quotation keeps its place.
>
> It may have several paragraphs.

## Lists

1. First, the message you sent is stored.
2. Then the request leaves.
   - The text grows here,
   - and in the database.
3. At the end, the reply is stored whole, with its model and its token counts.

## A table

| Event | Stored | Sent to the model |
|---|---|---|
| your message | yes | yes |
| the reply | yes | yes, with later requests |
| output of a tool | yes | yes |
| a notice | no | no |

## Code

\`\`\`typescript
interface Session {
  readonly id: string;
  readonly title: string;
  readonly updatedAt: number;
}

/** The session to go on with: the newest that is fresh enough, or none. */
export function pickSession(sessions: readonly Session[], now: number, minutes: number): Session | undefined {
  const oldest = now - minutes * 60_000;
  return sessions
    .filter((session) => session.updatedAt >= oldest)
    .toSorted((left, right) => right.updatedAt - left.updatedAt)[0];
}
\`\`\`

\`\`\`sql
SELECT id, title, updated_at
FROM sessions
WHERE directory = ? AND archived_at IS NULL
ORDER BY updated_at DESC
LIMIT 20;
\`\`\`

## Other alphabets

Grüße · Ελληνικά · Українська · 日本語 · العربية · 🎉

${Array.from({ length: 12 }, (_, index) => `### Part ${index + 1}\n\nParagraph ${index + 1} is here to fill the view, so that there is something to scroll. While it streams, scroll up: the view stays where you are reading, and a button takes you back to the newest line.`).join('\n\n')}

That was all.`;

/**
 * The answer to a conversation, always labelled as a demo.
 * @param {readonly Message[]} conversation
 */
export function answerTo(conversation) {
  const question = conversation.filter((message) => message.role === 'user').at(-1)?.text ?? '';
  const found = answers.find(({ pattern }) => pattern.test(question))?.answer ?? fallback;
  return `${label}\n\n${typeof found === 'function' ? found(conversation) : found}`;
}
