import * as vscode from 'vscode';
import * as v from 'valibot';
import { AppError } from '../../core/base/errors';
import type { SessionId } from '../../core/session/session';
import { parseOptions } from '../platform/parseOptions';
import { sessionIdOf } from './sessionNode';

/** What a keybinding of the tree passes as its argument: a key press carries no element. */
export interface SelectionArgument {
  readonly selection: true;
}

const nodeKinds: readonly unknown[] = ['session', 'group', 'folder', 'more', 'retry'];

export function isSelectionArgument(value: unknown): value is SelectionArgument {
  return typeof value === 'object' && value !== null && 'selection' in value && value.selection === true;
}

/** The palette and buttons pass nothing, the tree its element, and a key press in the tree that it is one. */
export function isFromPerson(argument: unknown): boolean {
  const isNode =
    typeof argument === 'object' && argument !== null && 'kind' in argument && nodeKinds.includes(argument.kind);
  return argument == null || isNode || isSelectionArgument(argument);
}

/** Whoever names ids has decided; a click or a key press can be a mistake. */
export function isNamedById(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isNamedById) : typeof value === 'string';
}

/** Undefined where none was given: the tree passes what is selected in this place. Rejects anything but a text. */
export function titleArgument(value: unknown): string | undefined {
  if (value === undefined || Array.isArray(value)) {
    return undefined;
  }
  if (typeof value !== 'string') {
    throw new AppError('argument/invalid', { args: { name: 'title', reason: vscode.l10n.t('a text is expected') } });
  }
  return value;
}

const openOptionsSchema = v.object({ create: v.optional(v.boolean()) });

/** Options of `rejoin.openSession`. None where the tree passes what is selected in this place. */
export function openOptions(value: unknown): { readonly create?: boolean | undefined } {
  return typeof value !== 'object' || value === null || Array.isArray(value)
    ? {}
    : parseOptions('options', openOptionsSchema, value);
}

/** Ids of several sessions, each once. Throws `argument/invalid` for what is no session. */
export function idsOf(values: readonly unknown[]): readonly SessionId[] {
  return [
    ...new Set(
      values.map((value) => {
        const id = sessionIdOf(value);
        if (id === undefined) {
          throw new AppError('argument/invalid', {
            args: {
              name: 'session',
              reason: vscode.l10n.t('every entry must be a session id or an element of the sessions tree'),
            },
          });
        }
        return id;
      }),
    ),
  ];
}
