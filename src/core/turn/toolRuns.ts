import { toError } from '../base/errors';
import type { SessionId } from '../session/session';
import type { Json } from '../session/sessionEvent';
import type { ToolGrant, ToolOutcome } from './toolHost';
import type { TurnRunnerDeps } from './turnRunnerDeps';
import type { ToolCall, ToolVerdict } from './turnState';

type ToolInput =
  | { readonly type: 'toolChecked'; readonly callId: string; readonly verdict: ToolVerdict }
  | { readonly type: 'toolDone'; readonly callId: string; readonly outcome: ToolOutcome };

/** The tool calls of a turn: asks the host about them, runs them, reports what came of it. */
export class ToolRuns {
  private controller = new AbortController();
  private allowed: ReadonlySet<string> | null = null;

  constructor(
    private readonly deps: Pick<TurnRunnerDeps, 'tools' | 'logger'>,
    private readonly sessionId: SessionId,
    private readonly report: (input: ToolInput) => void,
  ) {}

  /** Names of the tools that may run from now on; null = all. */
  allow(names: ReadonlySet<string> | null): void {
    this.allowed = names;
  }

  check(call: ToolCall): void {
    this.report({ type: 'toolChecked', callId: call.id, verdict: this.verdictOn(call) });
  }

  grant(name: string, grant: ToolGrant): void {
    this.deps.tools
      .grant(this.sessionId, name, grant)
      .catch((error: unknown) => this.deps.logger.warn(`The permission for ${name} was not kept`, error));
  }

  run(call: ToolCall): void {
    const { signal } = this.controller;
    const done = (outcome: ToolOutcome): void => {
      if (!signal.aborted) {
        this.report({ type: 'toolDone', callId: call.id, outcome });
      }
    };
    this.deps.tools.invoke(call.name, call.input, signal).then(done, (error: unknown) => {
      done({ content: `The tool failed: ${toError(error).message}`, isError: true });
    });
  }

  /** Ends what runs; none of it is reported any more. */
  abort(): void {
    this.controller.abort();
    this.controller = new AbortController();
  }

  private verdictOn(call: ToolCall): ToolVerdict {
    if (!this.deps.tools.list().some((tool) => tool.name === call.name)) {
      return 'unknown';
    }
    if (this.allowed?.has(call.name) === false) {
      return 'notAllowed';
    }
    if (!isObject(call.input)) {
      return 'malformed';
    }
    return this.deps.tools.isGranted(this.sessionId, call.name) ? 'granted' : 'ask';
  }
}

function isObject(input: Json): boolean {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
