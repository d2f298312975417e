import * as vscode from 'vscode';
import { AppError, isCancellation, toError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { Json } from '../../core/session/sessionEvent';
import type { SessionId } from '../../core/session/session';
import type { ToolDefinition } from '../../core/turn/modelProvider';
import type { ToolGrant, ToolHost, ToolOutcome } from '../../core/turn/toolHost';
import { toCancellationSource } from '../platform/cancellation';
import { raceAbort } from './raceAbort';
import { toolResultText } from './toolResultText';

export interface ToolHostDeps {
  /** Memento of the whole application: a yes for always holds in every window. */
  readonly memento: vscode.Memento;
  /** The setting `rejoin.tools.enabled`. */
  readonly isEnabled: () => boolean;
  readonly logger: Logger;
}

const grantsKey = 'rejoin.toolsAlwaysAllowed';

/** The tools that extensions registered with VS Code. There are none in a workspace that is not trusted. */
export class VscodeLmToolHost implements ToolHost {
  private readonly sessionGrants = new Map<SessionId, Set<string>>();

  constructor(private readonly deps: ToolHostDeps) {}

  list(): readonly ToolDefinition[] {
    if (!this.isOn()) {
      return [];
    }
    return vscode.lm.tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      inputSchema: (tool.inputSchema ?? { type: 'object', properties: {} }) as Json,
    }));
  }

  isGranted(sessionId: SessionId, toolName: string): boolean {
    return this.sessionGrants.get(sessionId)?.has(toolName) === true || this.alwaysGranted().includes(toolName);
  }

  async grant(sessionId: SessionId, toolName: string, grant: ToolGrant): Promise<void> {
    switch (grant) {
      case 'once':
        return;
      case 'session': {
        const granted = this.sessionGrants.get(sessionId) ?? new Set();
        this.sessionGrants.set(sessionId, granted.add(toolName));
        return;
      }
      case 'always':
        if (!this.alwaysGranted().includes(toolName)) {
          await this.deps.memento.update(grantsKey, [...this.alwaysGranted(), toolName]);
        }
    }
  }

  async invoke(name: string, input: Json, signal: AbortSignal): Promise<ToolOutcome> {
    if (signal.aborted) {
      throw new AppError('cancelled');
    }
    // A turn may outlive the trust or the setting that its tools were listed under.
    if (!this.isOn()) {
      return { content: 'Tools are turned off in this window.', isError: true };
    }
    if (!vscode.lm.tools.some((tool) => tool.name === name)) {
      return { content: `There is no tool named ${name}.`, isError: true };
    }
    const source = toCancellationSource(signal);
    try {
      const call = vscode.lm.invokeTool(name, { input: toObject(input), toolInvocationToken: undefined }, source.token);
      const result = await raceAbort(call, signal);
      return { content: toolResultText(result.content), isError: false };
    } catch (error) {
      if (signal.aborted) {
        throw new AppError('cancelled', { cause: error });
      }
      this.deps.logger.warn(`The tool ${name} failed`, error);
      // The person said no in a prompt of the tool's own.
      const content = isCancellation(error)
        ? 'The person declined this tool call.'
        : `The tool failed: ${toError(error).message}`;
      return { content, isError: true };
    } finally {
      source.dispose();
    }
  }

  private isOn(): boolean {
    return vscode.workspace.isTrusted && this.deps.isEnabled();
  }

  private alwaysGranted(): readonly string[] {
    return this.deps.memento.get<readonly string[]>(grantsKey, []);
  }
}

function toObject(input: Json): object {
  return typeof input === 'object' && input !== null ? input : { input };
}
