import * as v from 'valibot';
import type { RedactionKind } from '../../core/checkpoint/checkpointRedaction';
import { parseOptions } from '../platform/parseOptions';
import { exportFormats, type ExportFormat } from './exportFormat';

export type Redaction = Readonly<Record<RedactionKind, boolean>>;

export const redactionKinds = ['userName', 'paths', 'secrets'] as const satisfies readonly RedactionKind[];
export const noRedaction: Redaction = { userName: false, paths: false, secrets: false };

const flag = v.optional(v.boolean());

const fields = {
  format: v.optional(v.picklist(exportFormats)),
  /** True takes out all that can be: the user name, absolute paths, secrets. */
  redact: v.optional(v.union([v.boolean(), v.object({ userName: flag, paths: flag, secrets: flag })])),
  /** Write what is attached, in formats where that can be left out: not by default. */
  context: flag,
  /** Write metadata, in formats where that can be left out: by default. */
  metadata: flag,
};

const exportSchema = v.object(fields);
const exportAllSchema = v.object({ ...fields, scope: v.optional(v.picklist(['workspace', 'all'])) });

/** Options of `rejoin.exportSession`. */
export type ExportOptions = v.InferInput<typeof exportSchema>;
/** Options of `rejoin.exportAllSessions`. */
export type ExportAllOptions = v.InferInput<typeof exportAllSchema>;

/** What one export is made with. */
export interface ExportChoice {
  readonly format: ExportFormat;
  readonly redaction: Redaction;
  readonly context: boolean;
  readonly metadata: boolean;
}

export function parseExportOptions(value: unknown): v.InferOutput<typeof exportSchema> {
  return parseOptions('options', exportSchema, value ?? {});
}

export function parseExportAllOptions(value: unknown): v.InferOutput<typeof exportAllSchema> {
  return parseOptions('options', exportAllSchema, value ?? {});
}

type RedactOption = v.InferOutput<typeof fields.redact>;

export function toRedaction(redact: RedactOption): Redaction {
  const of = (kind: RedactionKind): boolean => (typeof redact === 'object' ? redact[kind] : redact) === true;
  return { userName: of('userName'), paths: of('paths'), secrets: of('secrets') };
}
