import { cleanTitle } from '../../core/session/sessionTitle';
import { suffixOf, type ExportFormat } from './exportFormat';

/** Bytes of the title in a name, well below the 255 that disks take for all of it. */
const maxTitleBytes = 120;
/** Names that Windows keeps for devices, whatever follows them. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|-|$)/i;

/**
 * Name of the file for a session: its title in characters that every disk takes, the local date of `time` (Unix ms) and
 * the suffix of the format.
 */
export function checkpointFileName(title: string, format: ExportFormat, time: number): string {
  return `${safeName(title)}-${localDate(time)}${suffixOf(format)}`;
}

/** The name itself, or with a number before its suffix where that one is taken. Disks may not tell cases apart. */
export function freeName(name: string, format: ExportFormat, taken: ReadonlySet<string>): string {
  const stem = name.slice(0, name.length - suffixOf(format).length);
  for (let number = 2, candidate = name; ; number++) {
    if (!taken.has(comparable(candidate))) {
      return candidate;
    }
    candidate = `${stem}-${number}${suffixOf(format)}`;
  }
}

/** One spelling for names that a disk may take for the same. */
export function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function safeName(title: string): string {
  const words = cleanTitle(title)
    .replace(/[<>:"/\\|?*%#\s\p{Cs}]+/gu, '-')
    .replace(/-{2,}/g, '-');
  const name = cutToBytes(words, maxTitleBytes).replace(/^[-.]+|[-.]+$/g, '');
  return deviceName.test(name) ? `session-${name}` : name || 'session';
}

function cutToBytes(text: string, bytes: number): string {
  let length = 0;
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) {
      break;
    }
    length += character.length;
  }
  return text.slice(0, length);
}

function localDate(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
