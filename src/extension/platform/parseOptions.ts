import * as v from 'valibot';
import { AppError } from '../../core/base/errors';

/** An argument of a command, checked against its shape. Throws `argument/invalid` that names the part at fault. */
export function parseOptions<Schema extends v.GenericSchema>(
  name: string,
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  throw new AppError('argument/invalid', { args: { name: v.getDotPath(issue) ?? name, reason: issue.message } });
}
