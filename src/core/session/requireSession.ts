import { AppError } from '../base/errors';
import type { Session, SessionId } from './session';
import type { SessionService } from './sessionService';

export function sessionNotFound(id: SessionId): AppError {
  return new AppError('session/not-found', { args: { id } });
}

/** The stored session. Rejects with `session/not-found`. */
export async function requireSession(service: SessionService, id: SessionId): Promise<Session> {
  const session = await service.get(id);
  if (session === undefined) {
    throw sessionNotFound(id);
  }
  return session;
}
