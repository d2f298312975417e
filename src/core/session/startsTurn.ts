import type { EventBodyOf, StoredBody } from './sessionEvent';

/** A message of the person, typed or by calling a skill: where a turn starts. */
export function startsTurn(body: StoredBody): body is EventBodyOf<'user_message' | 'skill_invocation'> {
  return body.type === 'user_message' || body.type === 'skill_invocation';
}
