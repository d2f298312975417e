import type { Session, WorkspaceKey } from '../../core/session/session';
import { calendarDaysBetween } from './relativeTime';

/** Lists that are read page by page on their own. */
export const sectionIds = ['pinned', 'workspace', 'others', 'archived', 'trash'] as const;
export type SectionId = (typeof sectionIds)[number];

/** Headings of the tree, top to bottom. The section `workspace` is spread over the four dates. */
export const groupIds = ['pinned', 'today', 'yesterday', 'thisWeek', 'older', 'others', 'archived', 'trash'] as const;
export type GroupId = (typeof groupIds)[number];
type DateGroupId = Extract<GroupId, 'today' | 'yesterday' | 'thisWeek' | 'older'>;

/** True for a session of one of these folders or repositories; a key without a folder takes in those without one. */
export function belongsTo(session: Session, keys: readonly WorkspaceKey[]): boolean {
  return keys.some(
    (key) => key.directory === session.directory || (key.gitRoot !== null && key.gitRoot === session.gitRoot),
  );
}

/** The one list that a session stands in. */
export function sectionOf(session: Session, keys: readonly WorkspaceKey[]): SectionId {
  if (session.deletedAt !== null) {
    return 'trash';
  }
  if (session.archivedAt !== null) {
    return 'archived';
  }
  if (session.pinned) {
    return 'pinned';
  }
  return belongsTo(session, keys) ? 'workspace' : 'others';
}

/** The heading that a session stands under at a given time (Unix ms). */
export function groupOf(session: Session, keys: readonly WorkspaceKey[], now: number): GroupId {
  const section = sectionOf(session, keys);
  return section === 'workspace' ? dateGroupOf(session.updatedAt, now) : section;
}

export function sectionOfGroup(group: GroupId): SectionId {
  switch (group) {
    case 'today':
    case 'yesterday':
    case 'thisWeek':
    case 'older':
      return 'workspace';
    default:
      return group;
  }
}

/** By calendar days in local time; "this week" is the seven days that end today. */
export function dateGroupOf(time: number, now: number): DateGroupId {
  const days = calendarDaysBetween(time, now);
  if (days <= 0) {
    return 'today';
  }
  if (days === 1) {
    return 'yesterday';
  }
  return days < 7 ? 'thisWeek' : 'older';
}

/** Sessions by folder, each folder at the place of its newest session. Those without a folder come under null. */
export function groupByFolder(sessions: readonly Session[]): ReadonlyMap<string | null, readonly Session[]> {
  const folders = new Map<string | null, Session[]>();
  for (const session of sessions) {
    const found = folders.get(session.directory);
    if (found === undefined) {
      folders.set(session.directory, [session]);
    } else {
      found.push(session);
    }
  }
  return folders;
}
