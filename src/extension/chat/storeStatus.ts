import { l10n } from 'vscode';
import type { AppError } from '../../core/base/errors';
import type { StoreStatus } from '../../protocol/chatProtocol';
import { textOfError } from '../platform/errorTexts';
import { mayPassByItself, type StoreState } from '../platform/storeState';

/** What the chat says of the store: what is wrong, what becomes of the text meanwhile, and what to do. */
export function storeStatus(state: StoreState): StoreStatus {
  switch (state.kind) {
    case 'memory':
      return { kind: 'memory' };
    case 'trouble':
      return { kind: 'trouble', text: troubleText(state.error) };
    case 'readOnly':
      return { kind: 'readOnly', text: readOnlyText(state.error) };
    case 'unavailable':
      return {
        kind: 'unavailable',
        error: { code: state.error.code, args: state.error.args },
        text: unavailableText(state.error),
        canRestore: state.canRestore,
      };
    case 'ok':
      return state.loss === 0 ? { kind: 'ok' } : { kind: 'ok', loss: lossText(state.loss) };
    case 'closed':
      return { kind: 'ok' };
  }
}

function troubleText(error: AppError): string {
  const path = pathOf(error);
  switch (error.code) {
    case 'store/full':
      return l10n.t(
        'Nothing new can be saved: the disk that holds {0} is full. Free some space there; deleting sessions does not help. Until then your draft and new replies are kept in this window.',
        path,
      );
    case 'store/locked':
      return l10n.t(
        'Nothing new can be saved: another window or program keeps {0} locked. Rejoin waits for it; until then your draft and new replies are kept in this window.',
        path,
      );
    case 'store/read-only':
    case 'store/cannot-open':
      return l10n.t(
        'Nothing new can be saved: {0} cannot be written any more. Check the permissions of the file and its folder. Until then your draft and new replies are kept in this window.',
        path,
      );
    default:
      return l10n.t(
        'Nothing new can be saved: writing {0} fails. Check the disk. Until then your draft and new replies are kept in this window.',
        path,
      );
  }
}

function readOnlyText(error: AppError): string {
  const path = pathOf(error);
  switch (error.code) {
    case 'store/newer-schema':
      return l10n.t(
        'Your sessions can only be read and exported: a newer version of Rejoin wrote {0}. Update the extension, then reload the window.',
        path,
      );
    case 'store/full':
      return l10n.t(
        'Your sessions can only be read: the disk that holds {0} is full. Free some space there; Rejoin then goes on by itself.',
        path,
      );
    default:
      return l10n.t(
        'Your sessions can only be read and exported: {0} cannot be written. Check the permissions of the file and its folder; Rejoin then goes on by itself.',
        path,
      );
  }
}

function unavailableText(error: AppError): string {
  if (error.code === 'store/locked') {
    return l10n.t(
      'Another window or program keeps {0} locked. Rejoin waits for it and goes on by itself; your draft stays in the composer. If it takes long, close the program that uses the file.',
      pathOf(error),
    );
  }
  return mayPassByItself(error)
    ? l10n.t('{0} Rejoin also tries again by itself; your draft stays in the composer.', textOfError(error))
    : textOfError(error);
}

function lossText(events: number): string {
  return events === 1
    ? l10n.t(
        'One entry of your sessions was saved and is missing from the file now, though nothing in the file looks damaged. Restore it from a backup, or go on without it.',
      )
    : l10n.t(
        '{0} entries of your sessions were saved and are missing from the file now, though nothing in the file looks damaged. Restore them from a backup, or go on without them.',
        events,
      );
}

function pathOf({ args }: AppError): string {
  return String(args['path'] ?? '');
}
