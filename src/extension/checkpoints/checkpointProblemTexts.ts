import { l10n } from 'vscode';
import type { CheckpointProblemCode } from '../../core/checkpoint/checkpoint';

/** The words for faults of a checkpoint. */
export function checkpointProblemTexts(): Readonly<Record<CheckpointProblemCode, string>> {
  return {
    // The file as such.
    'file-unreadable': l10n.t('The file cannot be read.'),
    'format-unsupported': l10n.t(
      'Markdown is for reading alone. Import a checkpoint in YAML or JSON: export the session as one of these.',
    ),
    'too-large': l10n.t('The file is larger than {megabytes} MB, which is the most that is read.'),
    'too-deep': l10n.t('Values are nested more than {limit} deep here.'),
    'too-many-values': l10n.t('The file has more than {limit} values, which is the most that is read.'),
    'too-many-problems': l10n.t('There are more problems than these. Correct these first.'),
    'json-syntax': l10n.t('This is not valid JSON ({reason}).'),
    'yaml-syntax': l10n.t('This is not valid YAML: {reason}'),
    'yaml-alias': l10n.t('“{text}”: anchors and aliases are not read. Write the value out in each place.'),
    'yaml-tag': l10n.t('“{text}”: tags are not read. Write the value without one.'),
    'yaml-merge-key': l10n.t('Merge keys are not read. Write the fields out.'),
    'yaml-complex-key': l10n.t('The name of a field must be a text on one line.'),
    'multiple-documents': l10n.t('A second document begins here. A checkpoint has one: remove the rest.'),
    'duplicate-key': l10n.t('The field “{key}” is there twice.'),
    'forbidden-key': l10n.t('A field may not be named “{key}”.'),
    'infinite-number': l10n.t('This number is too large or is none.'),
    ...fieldTexts(),
    ...atmosTexts(),
    ...eventTexts(),
  };
}

type TextsOf<Code extends CheckpointProblemCode> = Readonly<Record<Code, string>>;

function fieldTexts(): TextsOf<
  | 'version-missing'
  | 'version-unsupported'
  | 'missing-field'
  | 'unknown-field'
  | 'wrong-type'
  | 'bad-value'
  | 'bad-number'
  | 'bad-time'
  | 'empty-text'
  | 'statistics-mismatch'
> {
  return {
    'version-missing': l10n.t('The version of the format is missing. A checkpoint begins with it.'),
    'version-unsupported': l10n.t('The version “{version}” is not known. These are: {expected}.'),
    'missing-field': l10n.t('The field “{field}” is missing.'),
    'unknown-field': l10n.t('The field “{field}” is not known and is not imported.'),
    'wrong-type': l10n.t('“{field}” takes a value of the kind {expected}, not {found}.'),
    'bad-value': l10n.t('“{field}” takes one of these: {expected}; not “{found}”.'),
    'bad-number': l10n.t('“{field}” takes a whole number that is not negative; not {found}.'),
    'bad-time': l10n.t('“{field}” takes a time such as 2026-08-20T14:00:00Z, not “{found}”.'),
    'empty-text': l10n.t('“{field}” must not be empty. Leave the field out where there is no value.'),
    'statistics-mismatch': l10n.t('“{field}” is {found}, but the file has {expected}. Correct the number.'),
  };
}

function atmosTexts(): TextsOf<
  'name-required' | 'provider-required' | 'model-required' | 'messages-required' | 'role-required' | 'role-invalid'
> {
  return {
    'name-required': l10n.t('The session has no name. Give it one.'),
    'provider-required': l10n.t('The session has no provider. Name the one that answered.'),
    'model-required': l10n.t('The session has no model. Name the one that answered.'),
    'messages-required': l10n.t('The session has no messages.'),
    'role-required': l10n.t('Message {position} has no role: write user, assistant or system.'),
    'role-invalid': l10n.t('Message {position} has the role “{found}”: only user, assistant and system are known.'),
  };
}

function eventTexts(): TextsOf<
  | 'data-missing'
  | 'data-twice'
  | 'duplicate-event'
  | 'duplicate-metadata'
  | 'duplicate-context'
  | 'sequence-order'
  | 'unknown-parent'
  | 'parent-later'
  | 'unknown-head'
  | 'unknown-compaction'
  | 'compaction-range'
  | 'time-range'
  | 'event-unknown'
  | 'event-damaged'
> {
  return {
    'data-missing': l10n.t('The event of the type “{type}” has no content: give it “data”.'),
    'data-twice': l10n.t('The event has both “data” and “raw”. Keep one of them.'),
    'duplicate-event': l10n.t('Another event has the id “{id}”. Each needs its own.'),
    'duplicate-metadata': l10n.t('The metadata “{key}” is there twice. Keep one of them.'),
    'duplicate-context': l10n.t('“{key}” is attached twice. Keep one of them.'),
    'sequence-order': l10n.t('The numbers of events must grow: {before} is followed by {seq}.'),
    'unknown-parent': l10n.t('There is no event with the id “{id}” that this one could follow.'),
    'parent-later': l10n.t('The event “{id}” is to come before this one, but does not in the file.'),
    'unknown-head': l10n.t('The session ends with the event “{id}”, which is not in the file.'),
    'unknown-compaction': l10n.t('There is no summary with the id “{id}” to undo. This has no effect.'),
    'compaction-range': l10n.t(
      'The summary {seq} stands for the events {from} to {to}, which are not before it. It has no effect.',
    ),
    'time-range': l10n.t('“{field}” is {found}: no session was made at that time.'),
    'event-unknown': l10n.t('Events of the type “{type}” are not known. They are kept and not shown.'),
    'event-damaged': l10n.t('The content of this event cannot be read (“{field}”). It is kept and not shown.'),
  };
}
