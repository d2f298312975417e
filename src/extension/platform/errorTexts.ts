import { l10n } from 'vscode';
import { isAppError, type ErrorArguments, type ErrorCode } from '../../core/base/errors';

type TextOf = (args: Record<string, string | number | undefined>) => string;

const at = (args: Record<string, string | number | undefined>): string => String(args['path'] ?? '');
const who = (args: Record<string, string | number | undefined>): string =>
  String(args['label'] ?? args['provider'] ?? args['host'] ?? l10n.t('the provider'));
const detail = (args: Record<string, string | number | undefined>): string =>
  args['detail'] === undefined || args['detail'] === '' ? '' : ` (${String(args['detail'])})`;

/** One sentence of what happened and one of what to do next, for every error code. */
const texts: Readonly<Record<ErrorCode, TextOf>> = {
  cancelled: () => l10n.t('Cancelled.'),
  internal: () => l10n.t('Something unexpected went wrong. The Rejoin output log has the details.'),
  'session/not-found': (a) =>
    a['name'] === undefined
      ? l10n.t('There is no session with the id {0}. It may have been deleted for good.', String(a['id'] ?? ''))
      : l10n.t('There is no session with the id or the name “{0}” in this workspace.', String(a['name'])),
  'session/head-moved': () => l10n.t('Another window wrote to this session at the same moment. Try again.'),
  'session/invalid-title': () => l10n.t('A title needs at least one visible character.'),
  'session/busy': () => l10n.t('A reply is still running in this session. Wait for it or stop it, then send again.'),
  'session/busy-elsewhere': () =>
    l10n.t('Another window is answering in this session. Wait for its reply or stop it, then try again.'),
  'session/taken-over': () =>
    l10n.t('Another window took this session over while this one did not respond. What had arrived here is kept.'),
  'session/none-shown': () => l10n.t('The chat shows no session with messages. Open one first.'),
  'session/in-trash': () => l10n.t('This session is in the trash. Restore it to go on.'),
  'argument/invalid': (a) =>
    l10n.t('The argument “{0}” is not valid: {1}', String(a['name'] ?? ''), String(a['reason'] ?? '')),
  'store/native-module': () =>
    l10n.t(
      'The database module could not be loaded on this platform. Reinstall the extension, or chat without saving for now.',
    ),
  'store/sqlite-too-old': (a) =>
    l10n.t(
      'SQLite {0} can damage a database that several windows use, so Rejoin does not write with it. Reinstall the extension; when built from source, run “npm run setup” again.',
      String(a['version'] ?? ''),
    ),
  'store/newer-schema': (a) =>
    l10n.t(
      'The sessions in {0} were written by a newer version of Rejoin. Update the extension; the file is left as it is.',
      at(a),
    ),
  'store/not-a-database': (a) =>
    l10n.t(
      '{0} is not a Rejoin database and is left as it is. Restore a backup, or set rejoin.storage.path to another folder.',
      at(a),
    ),
  'store/corrupt': (a) =>
    l10n.t('The database {0} is damaged and is left as it is. Restore a backup or what can be read of it.', at(a)),
  'store/missing-data': (a) =>
    l10n.t(
      '{0} is empty or gone although sessions were stored in it. Nothing is touched, so that nothing is lost. Put the file back, or restore a backup.',
      at(a),
    ),
  'store/gone': (a) =>
    l10n.t(
      'Your sessions are gone from {0}: the folder is empty or not there. If it lies on another disk, connect that again. Otherwise restore a backup from elsewhere, or start empty.',
      String(a['folder'] ?? ''),
    ),
  'store/locked': (a) =>
    l10n.t('The database {0} is locked by another program. Close the program that uses it, then try again.', at(a)),
  'store/read-only': (a) =>
    l10n.t('{0} cannot be written. Check the permissions of the file and its folder, then try again.', at(a)),
  'store/full': (a) => l10n.t('The disk that holds {0} is full. Free some space, then try again.', at(a)),
  'store/cannot-open': (a) =>
    l10n.t(
      'The database {0} cannot be opened. Check that its folder exists and can be written, then try again.',
      at(a),
    ),
  'store/io': (a) => l10n.t('Reading or writing {0} failed. Check the disk, then try again.', at(a)),
  'store/migration-failed': (a) =>
    l10n.t(
      'The database {0} could not be brought up to date and is left as it was. The Rejoin output log has the details.',
      at(a),
    ),
  'store/closed': () => l10n.t('The sessions were closed. Reload the window to go on.'),
  'store/replaced': (a) => replacedText(a),
  'store/backup-failed': (a) =>
    a['path'] === ':memory:'
      ? l10n.t('What is kept in memory only cannot be backed up. Choose “Try Again” in the chat to save again.')
      : l10n.t('The sessions could not be copied to {0}.{1} Earlier backups are as they were.', at(a), detail(a)),
  'store/not-scrubbed': (a) =>
    l10n.t(
      'Sessions that you deleted for good are still in the backup {0}.{1} Rejoin goes on trying to remove them, within the hour and at every start.',
      at(a),
      detail(a),
    ),
  'store/no-backup': (a) => l10n.t('There is no backup in {0}.', at(a)),
  'file/not-found': (a) => l10n.t('{0} is not there. Check the name of the file and that its folder exists.', at(a)),
  'file/is-folder': (a) => l10n.t('{0} is a folder. Choose a file.', at(a)),
  'file/denied': (a) =>
    l10n.t(
      '{0} may not be read or written. Check the permissions of the file and its folder, or choose another.',
      at(a),
    ),
  'file/disk-full': (a) => l10n.t('The disk is full, so {0} was not written. Free some space, then try again.', at(a)),
  'file/too-large': (a) =>
    l10n.t('{0} has {1} MB; at most {2} MB are read.', at(a), Number(a['megabytes'] ?? 0), Number(a['limit'] ?? 0)),
  'file/not-text': (a) => l10n.t('{0} is no text file in UTF-8. Save it in that encoding, then try again.', at(a)),
  'file/too-demanding': (a) =>
    l10n.t(
      '{0} was given up: reading it takes more than {1} seconds or too much memory, which no session needs. Ask whoever made the file.',
      at(a),
      Number(a['seconds'] ?? 0),
    ),
  'file/failed': (a) => l10n.t('{0} could not be read or written.{1}', at(a), detail(a)),
  'checkpoint/invalid': (a) =>
    l10n.t(
      '{0} cannot be imported. Line {1}, column {2}: {3}',
      at(a),
      Number(a['line'] ?? 1),
      Number(a['column'] ?? 1),
      String(a['problem'] ?? ''),
    ),
  'skill/not-found': (a) =>
    l10n.t('There is no skill “{0}” here. Choose another one, or make it with “New Skill…”.', String(a['name'] ?? '')),
  'skill/invalid': (a) =>
    l10n.t(
      'The skill “{0}” cannot be used. {1}, line {2}: {3}',
      String(a['name'] ?? ''),
      at(a),
      Number(a['line'] ?? 1),
      String(a['problem'] ?? ''),
    ),
  'skill/exists': (a) => l10n.t('{0} is there already and was left as it is. Choose another name.', at(a)),
  'skill/outside': (a) => l10n.t('{0} leads out of its folder through a link, so nothing was written there.', at(a)),
  'context/too-large': (a) =>
    l10n.t(
      '{0} has {1} KB; at most {2} KB can be attached at once. Select the part that matters and attach that.',
      at(a),
      Number(a['kilobytes'] ?? 0),
      Number(a['limit'] ?? 0),
    ),
  'context/too-many': (a) =>
    l10n.t('A session has at most {0} attachments. Remove some, then try again.', Number(a['limit'] ?? 0)),
  'context/binary': (a) => l10n.t('{0} is no text file, so it was not attached.', at(a)),
  'context/outside': (a) =>
    l10n.t('{0} leads out of the workspace through a link, so it was not attached. Attach the file itself.', at(a)),
  'context/nothing': (a) =>
    a['source'] === 'terminal'
      ? l10n.t('Nothing is selected in the terminal. Select the text there, then try again.')
      : l10n.t('Nothing is selected in the editor. Select the text there, then try again.'),
  'compaction/empty-summary': (a) =>
    l10n.t('{0} returned an empty summary, so the beginnings of the messages stand for them.', who(a)),
  'compaction/longer-summary': (a) =>
    l10n.t('The summary by {0} was hardly shorter than the messages, so their beginnings stand for them.', who(a)),
  'compaction/nothing-older': (a) =>
    l10n.t(
      'There is nothing to summarise yet: the newest {0} messages are always sent as they are.',
      Number(a['preserved'] ?? 0),
    ),
  'compaction/nothing-to-undo': () => l10n.t('No summary is in force in this session, so there is none to undo.'),
  'model/none': () =>
    l10n.t('No model is set up yet. Choose “Add Provider…” or install an extension that brings language models.'),
  'model/not-found': (a) =>
    l10n.t('The model {0} is no longer offered by {1}. Choose another model.', String(a['model'] ?? ''), who(a)),
  'model/provider-not-found': (a) =>
    l10n.t('The provider {0} is not set up here. Add it again or choose another model.', who(a)),
  'model/key-missing': (a) =>
    l10n.t('There is no API key for {0} yet. Run “Rejoin: Add Provider…” to enter one.', who(a)),
  'model/unauthorized': (a) =>
    l10n.t('{0} did not accept the API key. Enter it again with “Rejoin: Add Provider…”, then retry.', who(a)),
  'model/forbidden': (a) => l10n.t('{0} does not allow this model with your account.{1}', who(a), detail(a)),
  'model/rate-limited': (a) =>
    a['reason'] === 'quota'
      ? l10n.t('Your quota at {0} is used up. Check your plan there, or choose another model.{1}', who(a), detail(a))
      : l10n.t('{0} is limiting requests.{1}', who(a), waitText(a)),
  'model/overloaded': (a) => l10n.t('{0} is overloaded at the moment.{1}', who(a), waitText(a)),
  'model/bad-request': (a) => l10n.t('{0} refused the request.{1}', who(a), detail(a)),
  'model/context-too-long': (a) =>
    l10n.t(
      'The conversation is too long for this model. Compact it, choose a model with a larger window, or start a new session.{0}',
      detail(a),
    ),
  'model/blocked': (a) => l10n.t('{0} declined to answer this request.{1}', who(a), detail(a)),
  'model/server-error': (a) => l10n.t('{0} reported an error of its own.{1}', who(a), detail(a)),
  'model/unreachable': (a) => unreachableText(a),
  'model/connection-lost': (a) => l10n.t('The connection to {0} broke off.', who(a)),
  'model/first-byte-timeout': (a) => l10n.t('{0} accepted the request but sent nothing for {1} s.', who(a), seconds(a)),
  'model/idle-timeout': (a) => l10n.t('{0} stopped sending for {1} s.', who(a), seconds(a)),
  'model/malformed': (a) => l10n.t('{0} sent something that is not a valid reply.{1}', who(a), detail(a)),
  'model/incomplete': (a) => l10n.t('{0} ended the reply without finishing it.', who(a)),
  'model/reply-too-large': () => l10n.t('The reply was cut because it grew too large. What arrived is kept.'),
  'provider/invalid': (a) =>
    l10n.t(
      'The provider “{0}” in rejoin.providers is not valid: {1}',
      String(a['id'] ?? ''),
      String(a['reason'] ?? ''),
    ),
  'provider/insecure-address': (a) =>
    a['reason'] === 'redirect'
      ? l10n.t(
          '{0} sends requests on to another address, {1}. Your key was not sent there. Enter the final address if you trust it.',
          who(a),
          String(a['host'] ?? ''),
        )
      : l10n.t('{0} is not encrypted. Use https, or http on this machine only.', String(a['url'] ?? a['host'] ?? '')),
};

function replacedText(args: Record<string, string | number | undefined>): string {
  const rescue = String(args['rescue'] ?? '');
  if (rescue === '') {
    return l10n.t('The database {0} was replaced while it was open. It was opened anew; try again to go on.', at(args));
  }
  return rescue === at(args)
    ? l10n.t('The database {0} was removed while it was open. It was put back with everything in it.', rescue)
    : l10n.t(
        'The database {0} was replaced by another one while it was open. What this window had of the earlier one was saved as {1}; “Restore Sessions from Backup…” brings it back.',
        at(args),
        rescue,
      );
}

function seconds(args: Record<string, string | number | undefined>): number {
  return Number(args['seconds'] ?? 0);
}

function unreachableText(args: Record<string, string | number | undefined>): string {
  const name = who(args);
  switch (args['reason']) {
    case 'refused':
      return l10n.t('Nothing answers at the address of {0}. Start the server or check the address, then retry.', name);
    case 'dns':
      return l10n.t('The address of {0} is not known. Check its spelling and the network, then retry.', name);
    case 'tls':
      return l10n.t(
        'The certificate of {0} is not trusted. Check the address, or the certificates of this machine.{1}',
        name,
        detail(args),
      );
    default:
      return l10n.t('{0} cannot be reached. Check the address and the network, then retry.{1}', name, detail(args));
  }
}

function waitText(args: Record<string, string | number | undefined>): string {
  const ms = Number(args['retryAfterMs'] ?? 0);
  return ms > 0 ? ` ${l10n.t('It asks to wait {0} s.', Math.ceil(ms / 1000))}` : ` ${l10n.t('Try again in a moment.')}`;
}

/** The text for a code that was stored with an event, perhaps by another version. */
export function textOfCode(code: string, args: ErrorArguments): string {
  const textOf = Object.hasOwn(texts, code) ? texts[code as ErrorCode] : texts.internal;
  return textOf({ ...args });
}

/** The text of any error, ready to show. Only errors of our own carry words for a person. */
export function textOfError(error: unknown): string {
  return isAppError(error) ? textOfCode(error.code, error.args) : texts.internal({});
}
