import type { EventBody } from '../session/sessionEvent';
import type { ToolProgress } from './turnState';

/** What a model reads where a tool gave no result of its own. */
export const toolResultTexts = {
  denied: 'The user declined to run this tool.',
  unknown: 'There is no tool of this name. Use only the tools that are offered.',
  notAllowed: 'The skill in use does not allow this tool. Use only the tools that are offered.',
  malformed: 'The input of this call was not a JSON object, so the tool was not run.',
  cancelled: 'The user stopped the turn before this tool finished.',
  turnEnded: 'The turn ended before this tool finished.',
  tooManyRounds: 'Not run: this turn has reached its limit of tool calls. Answer with what is known.',
  missing: 'No result was recorded for this call.',
} as const;

export function toolError(toolUseId: string, content: string): EventBody {
  return { type: 'tool_result', toolUseId, content, isError: true };
}

/** An error result for every call that has none yet. */
export function unanswered(tools: readonly ToolProgress[], content: string): readonly EventBody[] {
  return tools.filter((tool) => tool.status !== 'done').map((tool) => toolError(tool.call.id, content));
}
