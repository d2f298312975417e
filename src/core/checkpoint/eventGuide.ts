import type { EventType } from '../session/sessionEvent';

/** What an event type and the fields of its data mean, for editors of checkpoints. */
export interface EventGuide {
  readonly description: string;
  readonly fields: Readonly<Record<string, string>>;
}

const providerState = 'Signatures and ids that the provider wants back with later requests.';
const context = 'What was attached to the message.';

export const eventGuides: { readonly [T in EventType]: EventGuide } = {
  user_message: {
    description: 'A message of the person.',
    fields: { content: 'What was written.', context },
  },
  text: {
    description: 'An answer of the model.',
    fields: {
      content: 'What was answered, as Markdown.',
      finish: 'How the answer ended: `completed`, `cancelled`, `failed`, `interrupted` or `length`.',
      error: 'Why the answer failed.',
      provider_state: providerState,
    },
  },
  reasoning: {
    description: 'What the model thought before it answered.',
    fields: { content: 'The thoughts, as far as the provider shows them.', provider_state: providerState },
  },
  tool_call: {
    description: 'The model asked for a tool.',
    fields: {
      id: 'Id by which the result refers to the call.',
      name: 'Name of the tool.',
      input: 'What the tool was given.',
      provider_state: providerState,
    },
  },
  tool_result: {
    description: 'What a tool returned.',
    fields: {
      tool_use_id: 'Id of the call.',
      content: 'The result as text.',
      is_error: 'Whether the tool failed.',
    },
  },
  out_of_band_output: {
    description: 'Output that was shown and never sent to the model.',
    fields: { name: 'What made it.', command: 'The command that was run.', content: 'The output.' },
  },
  system_context: {
    description: 'A note that goes to the model and is not shown.',
    fields: { content: 'The note.' },
  },
  skill_invocation: {
    description: 'The person used a skill.',
    fields: {
      name: 'Name of the skill.',
      arguments: 'What was typed behind its name.',
      content: 'The text of the skill as it was sent.',
      context,
    },
  },
  compaction: {
    description: 'A summary that stands for older events in what is sent; the events stay in the log.',
    fields: {
      summary: 'The summary.',
      from_seq: 'First event that it stands for.',
      to_seq: 'Last event that it stands for.',
      tokens_before: 'Tokens of these events.',
      tokens_after: 'Tokens of the summary.',
      model: 'Model that wrote it.',
      messages: 'Messages that it stands for.',
      method: '`model`, or `simple` where it was cut from the messages themselves.',
    },
  },
  compaction_undone: {
    description: 'A summary was taken back.',
    fields: { compaction_id: 'Id of the event with the summary.' },
  },
  model_changed: {
    description: 'Another model was chosen.',
    fields: { from: 'The model before, or null.', to: 'The model from here on.' },
  },
  skill_changed: {
    description: 'Another skill was chosen.',
    fields: { from: 'The skill before, or null.', to: 'The skill from here on, or null.' },
  },
  title_changed: {
    description: 'The session got another title.',
    fields: { from: 'The title before.', to: 'The title from here on.' },
  },
};

/** Undefined for a type that this version does not know. */
export function eventGuideOf(type: unknown): EventGuide | undefined {
  return typeof type === 'string' && Object.hasOwn(eventGuides, type) ? eventGuides[type as EventType] : undefined;
}
