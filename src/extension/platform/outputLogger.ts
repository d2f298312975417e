import { inspect } from 'node:util';
import type * as vscode from 'vscode';
import type { Logger } from '../../core/base/ports';

/** Puts the name of a subsystem before each line. The channel filters by level and never reveals itself. */
export function createLogger(channel: vscode.LogOutputChannel, subsystem: string): Logger {
  const line = (message: string): string => `[${subsystem}] ${message}`;
  return {
    trace: (message, ...details) => channel.trace(line(message), ...details.map(describe)),
    debug: (message, ...details) => channel.debug(line(message), ...details.map(describe)),
    info: (message, ...details) => channel.info(line(message), ...details.map(describe)),
    warn: (message, ...details) => channel.warn(line(message), ...details.map(describe)),
    error: (message, ...details) => channel.error(line(message), ...details.map(describe)),
  };
}

// Anything that looks like a credential stays out of the log, wherever an error picked it up.
const secretPattern =
  /\b(?:sk|pk|key|gsk|xai|ghp|gho|github_pat)[-_][\w-]{8,}|\bAIza[\w-]{10,}|(?<=(?:bearer|basic)\s)\S+|(?<=(?:x-api-key|api-key|authorization)["':\s]{1,4})[^\s"',}]+/gi;

export function redactSecrets(text: string): string {
  return text.replace(secretPattern, '[redacted]');
}

function describe(detail: unknown): string {
  if (detail instanceof Error) {
    const cause = detail.cause === undefined ? '' : `\ncaused by ${describe(detail.cause)}`;
    return redactSecrets((detail.stack ?? detail.message) + cause);
  }
  return redactSecrets(typeof detail === 'string' ? detail : inspect(detail));
}
