import type { Json } from '../session/sessionEvent';
import type { SessionId } from '../session/session';
import type { ToolDefinition } from './modelProvider';

export interface ToolOutcome {
  readonly content: string;
  readonly isError: boolean;
}

/** How long a person's yes to a tool holds. `always` outlives the window, `session` never leaves its session. */
export type ToolGrant = 'once' | 'session' | 'always';
export type ToolDecision = ToolGrant | 'deny';

/** Port: the tools that models may call. */
export interface ToolHost {
  /** Empty where tools are off or the workspace is not trusted. */
  list(): readonly ToolDefinition[];
  /** True when a person already said yes for this session or for always. */
  isGranted(sessionId: SessionId, toolName: string): boolean;
  grant(sessionId: SessionId, toolName: string, grant: ToolGrant): Promise<void>;
  /** Runs a tool. Never rejects for a failing tool: that is an outcome with `isError`. Rejects when aborted. */
  invoke(name: string, input: Json, signal: AbortSignal): Promise<ToolOutcome>;
}
