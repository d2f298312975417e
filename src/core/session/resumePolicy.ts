import type { Session, WorkspaceKey } from './session';

/** A clock may be this far ahead (ms) and its times still count as now; sessions further in the future never resume. */
export const futureToleranceMs = 5 * 60_000;

/** Most minutes that a window may have (ten years), so that no setting can overflow a time. */
const maxContinueMinutes = 10 * 365 * 24 * 60;

export interface ResumeNotice {
  /** `interrupted`: the last turn broke off and can be continued or retried. */
  readonly kind: 'resumed' | 'interrupted';
  /** Unix milliseconds of the last event. */
  readonly lastEventAt: number;
  /** Milliseconds since then at the time of the resume, never negative. */
  readonly idleMs: number;
}

export interface ResumeWindow {
  /** Strict lower bound of the last event's time, Unix ms. */
  readonly since: number;
  /** Inclusive upper bound, Unix ms. */
  readonly until: number;
}

/** The span of time in which a last event allows a resume; undefined when auto-resume is off. */
export function resumeWindow(now: number, continueMinutes: number): ResumeWindow | undefined {
  if (!(continueMinutes > 0)) {
    return undefined;
  }
  const minutes = Math.min(continueMinutes, maxContinueMinutes);
  return { since: now - minutes * 60_000, until: now + futureToleranceMs };
}

/** The session to resume: an exact folder beats the same repository, then the newest event wins, then the newer session. */
export function chooseResumable(candidates: readonly Session[], keys: readonly WorkspaceKey[]): Session | undefined {
  const directories = new Set(keys.map((key) => key.directory));
  const rank = (session: Session): number => (directories.has(session.directory) ? 0 : 1);
  return [...candidates].sort((a, b) => rank(a) - rank(b) || b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))[0];
}

export function createResumeNotice(session: Session, now: number): ResumeNotice {
  const unfinished = session.turnStatus === 'interrupted' || session.turnStatus === 'running';
  return {
    kind: unfinished ? 'interrupted' : 'resumed',
    lastEventAt: session.updatedAt,
    idleMs: Math.max(0, now - session.updatedAt),
  };
}
