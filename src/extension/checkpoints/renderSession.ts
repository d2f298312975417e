import { homedir, userInfo } from 'node:os';
import { checkpointToRecord, recordToCheckpoint } from '../../core/checkpoint/checkpointMapper';
import { checkpointMarkdown } from '../../core/checkpoint/checkpointMarkdown';
import { redactCheckpoint, type Redacted, type RedactionCounts } from '../../core/checkpoint/checkpointRedaction';
import { recordToCheckpoint1, type Checkpoint1Warning } from '../../core/checkpoint/checkpointV1';
import { writeCheckpoint } from '../../core/checkpoint/checkpointWriter';
import type { SessionRecord } from '../../core/session/sessionRecord';
import { noRedaction, type ExportChoice, type Redaction } from './exportOptions';

export interface RenderedSession {
  /** As it is written: redacted. */
  readonly title: string;
  readonly text: string;
  /** Why the file could not be imported again. */
  readonly warnings: readonly Checkpoint1Warning[];
}

/** The file for a session. `exportedAt` in Unix ms. */
export function renderSession(record: SessionRecord, choice: ExportChoice, exportedAt: number): RenderedSession {
  const { format, redaction, context, metadata } = choice;
  const shown = redactedRecord(record, redaction);
  const { title } = shown.session;
  switch (format) {
    case 'yaml':
    case 'json':
      return { title, text: writeCheckpoint(recordToCheckpoint(shown), format), warnings: [] };
    case 'markdown':
      return { title, text: checkpointMarkdown(shown, { exportedAt, context }), warnings: [] };
    case 'atmos-yaml':
    case 'atmos-json': {
      const { checkpoint, warnings } = recordToCheckpoint1(shown, {
        exportedAt,
        context,
        metadata,
        ...(redaction.userName ? {} : { exportedBy: userName() }),
      });
      return { title, text: writeCheckpoint(checkpoint, format === 'atmos-json' ? 'json' : 'yaml'), warnings };
    }
  }
}

/** How many places each kind of redaction would change by itself. */
export function countRedactions(record: SessionRecord): RedactionCounts {
  const count = (kind: keyof RedactionCounts): number => redact(record, { ...noRedaction, [kind]: true }).counts[kind];
  return { userName: count('userName'), paths: count('paths'), secrets: count('secrets') };
}

/** The session without what is to be taken out. */
function redactedRecord(record: SessionRecord, redaction: Redaction): SessionRecord {
  const isRedacting = redaction.userName || redaction.paths || redaction.secrets;
  return isRedacting ? checkpointToRecord(redact(record, redaction).checkpoint) : record;
}

function redact(record: SessionRecord, redaction: Redaction): Redacted {
  return redactCheckpoint(recordToCheckpoint(record), {
    userName: userName(),
    homeFolder: homedir(),
    redact: redaction,
  });
}

/** Empty for a user that the system has no entry of, as in some containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
