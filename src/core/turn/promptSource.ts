import type { EventId, ModelRef, Session, SessionId } from '../session/session';
import type { StoredEvent } from '../session/sessionEvent';
import type { ResolvedModel } from './modelProvider';
import { lastUserMessage } from '../session/compactionsInForce';
import { layOutPrompt, type PromptLayout } from './promptBuilder';
import { loadTail } from './promptTail';
import type { RequestContext } from './requestContext';
import type { TokenCalibration } from './tokenCalibration';
import type { ToolHost } from './toolHost';
import type { TurnLog } from './turnLog';

export interface PromptSourceDeps {
  readonly log: TurnLog;
  readonly tools: ToolHost;
  readonly context: RequestContext;
  readonly calibration: TokenCalibration;
}

/** What a session would send to a model now. */
export interface PreparedPrompt {
  readonly sessionId: SessionId;
  readonly model: ResolvedModel;
  /** Undefined for a session without a row. */
  readonly session: Session | undefined;
  readonly branch: readonly StoredEvent[];
  /** Last event of the branch; null for one without events. */
  readonly end: EventId | null;
  /** Tools that the skill in use leaves; null = all. */
  readonly allowedTools: ReadonlySet<string> | null;
  readonly layout: PromptLayout;
}

/**
 * Reads what a session would send, up to `end` or to its head, and lays it out. Writes nothing.
 * Rejects with `store/*` when the log cannot be read.
 */
export async function preparePrompt(
  { log, tools, context, calibration }: PromptSourceDeps,
  sessionId: SessionId,
  model: ResolvedModel,
  end?: EventId,
): Promise<PreparedPrompt> {
  const [session, branch] = await Promise.all([log.getSession(sessionId), loadTail(log, sessionId, end)]);
  const [system, allowed] = await Promise.all([
    context.systemText(sessionId, session),
    context.allowedTools(session, invokedSkill(branch)),
  ]);
  const allowedTools = allowed === null ? null : new Set(allowed);
  return {
    sessionId,
    model,
    session,
    branch,
    end: branch.at(-1)?.id ?? null,
    allowedTools,
    layout: layOutPrompt({
      branch,
      ref: model.ref,
      info: model.info,
      system,
      tools: tools.list().filter(({ name }) => allowedTools === null || allowedTools.has(name)),
      limits: context.historyLimits(),
      factor: calibration.factorOf(model.ref),
      compaction: context.compactionSettings(),
    }),
  };
}

/** The model that a session was last answered with; null before its first answer. */
export function modelOf(session: Session | undefined): ModelRef | null {
  return session?.provider == null || session.model === null
    ? null
    : { provider: session.provider, model: session.model };
}

/** Name of the skill that the newest message called; null for any other message. */
function invokedSkill(branch: readonly StoredEvent[]): string | null {
  const body = lastUserMessage(branch)?.body;
  return body?.type === 'skill_invocation' ? body.name : null;
}
