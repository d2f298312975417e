import type { StoredBody } from '../session/sessionEvent';
import { decodeEventBody } from '../session/sessionEventCodec';
import type { Checkpoint2, CheckpointProblemCode } from './checkpoint';
import { checkpoint2Schema, staged2 } from './checkpointSchema';
import { checkStructure, looseFaults } from './checkpointStructure';
import { parseTime } from './checkpointTime';
import { countEvents } from './eventCounts';
import { fromEventData } from './eventData';
import type { Checked } from './checkAtmos';
import { isError, type Fault } from './sourceFault';
import type { SourcePath } from './sourceTree';

type CheckpointEvent = Checkpoint2['events'][number];

const sessionTimes = ['created_at', 'updated_at', 'archived_at', 'deleted_at', 'ended_at'] as const;
/** No clock of ours has shown anything outside these years. */
const earliest = Date.UTC(1970, 0, 1);
const latest = Date.UTC(10_000, 0, 1);

/** Checks a value by the rules of format 2.0: first its structure and, where that holds, what its parts say of each other. */
export function checkCheckpoint(value: unknown): Checked<Checkpoint2> {
  const { value: checked, faults: structural } = checkStructure(staged2, value);
  const loose = looseFaults(checkpoint2Schema, value);
  const wrong = [...loose.filter(isError), ...structural];
  const warnings = loose.filter((fault) => !isError(fault));
  if (wrong.length > 0) {
    return { faults: [...wrong, ...warnings] };
  }
  const document = checked as Checkpoint2;
  const faults = [...relationFaults(document), ...warnings];
  return faults.some(isError) ? { faults } : { document, faults };
}

function relationFaults(document: Checkpoint2): readonly Fault[] {
  const { session, metadata = [], context = [], events } = document;
  const bodies = events.map((event) => decodeEventBody(event.type, fromEventData(event)));
  return [
    ...headFaults(document),
    ...timeFaults(session, sessionTimes, ['session']),
    ...repeated(
      metadata.map(({ key }) => key),
      'metadata',
      'key',
      'duplicate-metadata',
    ),
    ...metadata.flatMap((entry, index) => timeFaults(entry, ['updated_at'], ['metadata', index])),
    ...repeated(
      context.map(({ type, key }) => `${type} ${key}`),
      'context',
      'key',
      'duplicate-context',
    ),
    ...context.flatMap((item, index) => timeFaults(item, ['created_at'], ['context', index])),
    ...eventFaults(events, bodies),
    ...statisticsFaults(document, bodies),
  ];
}

function headFaults({ session: { head_id: id }, events }: Checkpoint2): readonly Fault[] {
  return id === undefined || events.some((event) => event.id === id)
    ? []
    : [{ code: 'unknown-head', path: ['session', 'head_id'], args: { id } }];
}

/** A time that cannot be is kept as it is. */
function timeFaults<Name extends string>(
  fields: { readonly [N in Name]?: string },
  names: readonly Name[],
  path: SourcePath,
): readonly Fault[] {
  return names.flatMap((field): readonly Fault[] => {
    const found = fields[field];
    const ms = found === undefined ? earliest : (parseTime(found) ?? earliest);
    return ms >= earliest && ms < latest
      ? []
      : [{ code: 'time-range', path: [...path, field], args: { field, found: found ?? '' }, severity: 'warning' }];
  });
}

/** `position` in the arguments is that of the first one, counted from 1. */
function repeated(
  names: readonly string[],
  list: string,
  field: string,
  code: CheckpointProblemCode,
): readonly Fault[] {
  const first = new Map<string, number>();
  return names.flatMap((name, index): readonly Fault[] => {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    return [{ code, path: [list, index, field], args: { [field]: name, position: earlier + 1 } }];
  });
}

function eventFaults(events: readonly CheckpointEvent[], bodies: readonly StoredBody[]): readonly Fault[] {
  // Of several with the same id the first counts.
  const places = new Map(events.map(({ id }, index) => [id, index] as const).reverse());
  return [
    ...repeated(
      events.map(({ id }) => id),
      'events',
      'id',
      'duplicate-event',
    ),
    ...events.flatMap((event, index) => [
      ...sequenceFaults(event, events[index - 1], index),
      ...parentFaults(event, index, places),
      ...dataFaults(event, bodies[index], index),
      ...compactionFaults(event, bodies[index], index, events, places),
      ...timeFaults(event, ['created_at'], ['events', index]),
    ]),
  ];
}

function sequenceFaults(
  { seq }: CheckpointEvent,
  before: CheckpointEvent | undefined,
  index: number,
): readonly Fault[] {
  return before === undefined || seq > before.seq
    ? []
    : [{ code: 'sequence-order', path: ['events', index, 'seq'], args: { seq, before: before.seq } }];
}

function parentFaults(
  { parent_id: parent }: CheckpointEvent,
  index: number,
  places: ReadonlyMap<string, number>,
): readonly Fault[] {
  const place = parent === undefined ? -1 : places.get(parent);
  if (place !== undefined && place < index) {
    return [];
  }
  const code = place === undefined ? 'unknown-parent' : 'parent-later';
  return [{ code, path: ['events', index, 'parent_id'], args: { id: parent ?? '' } }];
}

/** What cannot be read is kept as it is, so that it is no error. */
function dataFaults(event: CheckpointEvent, body: StoredBody | undefined, index: number): readonly Fault[] {
  const path = ['events', index];
  const { type } = event;
  if (!('data' in event) && !('raw' in event)) {
    return [{ code: 'data-missing', path, args: { type } }];
  }
  if ('data' in event && 'raw' in event) {
    return [{ code: 'data-twice', path: [...path, 'raw'], args: { type }, part: 'key' }];
  }
  if (body?.type === 'opaque') {
    return [{ code: 'event-unknown', path: [...path, 'type'], args: { type }, severity: 'warning' }];
  }
  const dataPath = [...path, 'raw' in event ? 'raw' : 'data'];
  return body?.type === 'damaged'
    ? [{ code: 'event-damaged', path: dataPath, args: { type, field: body.reason }, severity: 'warning' }]
    : [];
}

/** A summary of what is not there has no effect, and so has taking back what is none. */
function compactionFaults(
  { seq }: CheckpointEvent,
  body: StoredBody | undefined,
  index: number,
  events: readonly CheckpointEvent[],
  places: ReadonlyMap<string, number>,
): readonly Fault[] {
  const data = ['events', index, 'data'];
  if (body?.type === 'compaction_undone') {
    const id = body.compactionId;
    return events[places.get(id) ?? -1]?.type === 'compaction'
      ? []
      : [{ code: 'unknown-compaction', path: [...data, 'compaction_id'], args: { id }, severity: 'warning' }];
  }
  if (body?.type !== 'compaction') {
    return [];
  }
  const { fromSeq: from, toSeq: to } = body;
  return from <= to && to < seq
    ? []
    : [{ code: 'compaction-range', path: [...data, 'to_seq'], args: { from, to, seq }, severity: 'warning' }];
}

function statisticsFaults({ statistics }: Checkpoint2, bodies: readonly StoredBody[]): readonly Fault[] {
  return Object.entries(countEvents(bodies)).flatMap(([field, expected]): readonly Fault[] => {
    const found = statistics[field as keyof typeof statistics];
    return found === expected
      ? []
      : [{ code: 'statistics-mismatch', path: ['statistics', field], args: { field, expected, found } }];
  });
}
