import type { SessionRecord } from '../session/sessionRecord';
import { fenced } from '../turn/promptFence';
import { atmosContext } from './atmosMetadata';
import { plainMarkdown } from './harmlessMarkdown';
import { conversationBlocks, folded, roleOf, timeText } from './conversationBlocks';
import { branchOf, tokensOf, type BranchEntry } from './recordBranch';

export interface MarkdownOptions {
  /** Unix ms. */
  readonly exportedAt: number;
  readonly exportedBy?: string;
  /** Write the folder, the files and what is attached to the session. */
  readonly context: boolean;
}

/** A name with its value; left out where the value is empty or 0. */
type Fact = readonly [name: string, value: string | number];

/** The branch shown as Markdown to read. It cannot be read back. */
export function checkpointMarkdown(record: SessionRecord, options: MarkdownOptions): string {
  const { session } = record;
  const branch = branchOf(record);
  const messages = branch.filter((entry) => roleOf(entry) !== undefined);
  const conversation = conversationBlocks(branch);
  const blocks = [
    `# ${plainMarkdown(session.title === '' ? 'Untitled session' : session.title)}`,
    factList([
      ['Exported', timeText(options.exportedAt)],
      ['Exported by', options.exportedBy ?? ''],
      ['Provider', session.provider ?? ''],
      ['Model', session.model ?? ''],
      ['Skill', session.skill ?? ''],
      ['Created', timeText(session.createdAt)],
      ['Last active', timeText(session.updatedAt)],
      ['Messages', String(messages.length)],
    ]),
    ...statisticsBlocks(branch, messages),
    ...(options.context ? contextBlocks(record) : []),
    ...(conversation.length === 0 ? [] : ['## Conversation', ...conversation]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function statisticsBlocks(branch: readonly BranchEntry[], messages: readonly BranchEntry[]): readonly string[] {
  const count = (role: ReturnType<typeof roleOf>): number => messages.filter((entry) => roleOf(entry) === role).length;
  const countType = (type: BranchEntry['body']['type']): number =>
    branch.filter(({ body }) => body.type === type).length;
  const list = factList([
    ['User messages', count('User')],
    ['Assistant messages', count('Assistant')],
    ['System messages', count('System')],
    ['Tool calls', countType('tool_call')],
    ['Tokens', branch.reduce((total, { event }) => total + tokensOf(event), 0)],
    ['Summaries', countType('compaction')],
  ]);
  return list === '' ? [] : ['## Statistics', list];
}

function contextBlocks(record: SessionRecord): readonly string[] {
  const { project_instructions: instructions = '', ...context } = atmosContext(record) ?? {};
  const blocks = [
    factList([['Working directory', context.working_directory ?? '']]),
    instructions === '' ? '' : folded('Project instructions', fenced(instructions)),
    (context.files_accessed ?? []).map((file) => `- ${plainMarkdown(file)}`).join('\n'),
    ...record.context.map(({ type, key, value }) => folded(`Attached ${type}: ${key}`, fenced(value))),
  ].filter((block) => block !== '');
  return blocks.length === 0 ? [] : ['## Context', ...blocks];
}

function factList(facts: readonly Fact[]): string {
  return facts
    .filter(([, value]) => value !== '' && value !== 0)
    .map(([name, value]) => `- **${name}:** ${plainMarkdown(String(value))}`)
    .join('\n');
}
