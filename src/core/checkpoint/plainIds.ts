import type { IdGenerator } from '../base/ports';
import type { SessionRecord } from '../session/sessionRecord';
import { withFreshIds } from './checkpointMapper';

/** What views, commands and other extensions take for an id. */
const plainId = /^[\w:.-]{1,128}$/;

/** The record itself where all of its ids are such as we make them, else with ids of these. */
export function withPlainIds(record: SessionRecord, ids: IdGenerator): SessionRecord {
  return [record.session, ...record.events].every(({ id }) => plainId.test(id)) ? record : withFreshIds(record, ids);
}
