import type { Session, SessionId, WorkspaceKey } from '../../core/session/session';
import type { SessionsChange } from '../../core/session/sessionChanges';
import { PagedSessions, type PageQuery } from './pagedSessions';
import type { SessionCatalog } from './sessionCatalog';
import {
  groupIds,
  groupOf,
  sectionIds,
  sectionOf,
  sectionOfGroup,
  type GroupId,
  type SectionId,
} from './sessionGroups';

/** Sessions that a group shows before it offers to show more. */
export const sessionsPerPage = 200;

/** What the sessions tree knows: every section as far as somebody looked at it. */
export class SessionListModel {
  private readonly sections: Readonly<Record<SectionId, PagedSessions>>;
  private readonly wanted = new Map<SectionId, number>();

  constructor(
    list: SessionCatalog['list'],
    private readonly keys: readonly WorkspaceKey[],
  ) {
    const section = (id: SectionId, query: PageQuery): PagedSessions =>
      new PagedSessions(list, query, (session) => sectionOf(session, keys) === id);
    this.sections = {
      pinned: section('pinned', { states: ['active'], pinned: true }),
      workspace: section('workspace', { states: ['active'], pinned: false, keys }),
      others: section('others', { states: ['active'], pinned: false }),
      archived: section('archived', { states: ['archived'] }),
      trash: section('trash', { states: ['deleted'] }),
    };
  }

  /** Groups that hold something at `now` (Unix ms), top to bottom. Reads only as much as that takes. */
  async visibleGroups(now: number): Promise<readonly GroupId[]> {
    await Promise.all(
      sectionIds.map((id) => this.sections[id].ensure(id === 'workspace' || id === 'pinned' ? this.wantedOf(id) : 1)),
    );
    const filled = new Set(
      sectionIds.flatMap((id) => this.sections[id].items.map((session) => groupOf(session, this.keys, now))),
    );
    return groupIds.filter((group) => filled.has(group));
  }

  /** The sessions of a group as far as they were asked for, newest first. */
  async sessionsOf(group: GroupId, now: number): Promise<readonly Session[]> {
    const section = sectionOfGroup(group);
    await this.sections[section].ensure(this.wantedOf(section));
    return this.shown(section).filter((session) => groupOf(session, this.keys, now) === group);
  }

  /** The section whose next page continues below this group, if there is one. */
  continuationOf(group: GroupId, now: number): SectionId | undefined {
    const section = sectionOfGroup(group);
    const paged = this.sections[section];
    if (!paged.hasMore && paged.items.length <= this.wantedOf(section)) {
      return undefined;
    }
    const last = this.shown(section).at(-1);
    return last !== undefined && groupOf(last, this.keys, now) === group ? section : undefined;
  }

  showMore(section: SectionId): void {
    this.wanted.set(section, this.wantedOf(section) + sessionsPerPage);
  }

  /** How much of each section is shown, to be given to the model that takes this one's place. */
  get shownCounts(): ReadonlyMap<SectionId, number> {
    return this.wanted;
  }

  restoreShownCounts(counts: ReadonlyMap<SectionId, number>): void {
    for (const [section, count] of counts) {
      this.wanted.set(section, count);
    }
  }

  /** A loaded session. */
  find(id: SessionId): Session | undefined {
    for (const section of sectionIds) {
      if (this.sections[section].has(id)) {
        return this.sections[section].items.find((session) => session.id === id);
      }
    }
    return undefined;
  }

  groupOf(session: Session, now: number): GroupId {
    return groupOf(session, this.keys, now);
  }

  /** Takes in a change other than `reset`, which only a new model can follow. */
  apply(change: SessionsChange): void {
    for (const section of sectionIds) {
      if (change.kind === 'deleted') {
        change.ids.forEach((id) => this.sections[section].remove(id));
      } else {
        change.sessions.forEach((session) => this.sections[section].apply(session));
      }
    }
  }

  private wantedOf(section: SectionId): number {
    return this.wanted.get(section) ?? sessionsPerPage;
  }

  private shown(section: SectionId): readonly Session[] {
    return this.sections[section].items.slice(0, this.wantedOf(section));
  }
}
