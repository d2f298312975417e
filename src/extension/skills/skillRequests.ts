import type { Logger } from '../../core/base/ports';
import type { Session } from '../../core/session/session';
import { expandSkill, skillListText } from '../../core/skill/skillText';
import { readProjectInstructions } from '../chat/projectInstructions';
import type { SkillCatalog } from './skillCatalog';

export interface SkillRequestsDeps {
  readonly catalog: Pick<SkillCatalog, 'find' | 'get' | 'usable'>;
  /** `rejoin.instructions.file` as it stands now. */
  readonly instructionsFile: () => string;
  readonly logger: Logger;
}

/** A skill that was called by name, as it is stored and sent. */
export interface SkillInvocation {
  readonly name: string;
  readonly arguments: string | null;
  readonly content: string;
}

/** Bytes of the list of skills in a request: room for a hundred, little beside a conversation. */
const maxListBytes = 10 * 1024;

/** What skills and project instructions add to requests. */
export class SkillRequests {
  constructor(private readonly deps: SkillRequestsDeps) {}

  /** Project instructions, the skill of the session, and the names of those that the person can call; each once. */
  async systemText(session: Pick<Session, 'directory' | 'skill'> | undefined): Promise<string> {
    const { catalog, instructionsFile, logger } = this.deps;
    const [instructions, skill, usable] = await Promise.all([
      readProjectInstructions(session, { fileName: instructionsFile, logger }),
      session?.skill == null ? undefined : catalog.find(session.skill),
      catalog.usable(),
    ]);
    const others = usable.filter((entry) => entry.name !== skill?.name).map((entry) => entry.skill);
    return [
      instructions,
      skill?.kind === 'usable' ? `[Skill "${skill.name}"]\n${expandSkill(skill.skill, '')}` : '',
      others.length === 0
        ? ''
        : `[Skills that the user can call by typing a slash and the name]\n${skillListText(others, maxListBytes)}`,
    ]
      .filter((text) => text !== '')
      .join('\n\n');
  }

  /**
   * Names of the only tools that may be used; null for all. What is called by name is bound by its own list and by that
   * of the session's skill. A skill that cannot be read allows none, because nobody knows what it would have allowed.
   */
  async allowedTools(
    session: Pick<Session, 'skill'> | undefined,
    invocation: string | null,
  ): Promise<readonly string[] | null> {
    const names = [session?.skill, invocation].filter((name) => name != null);
    const lists = await Promise.all(names.map((name) => this.toolsOf(name)));
    return lists.reduce<readonly string[] | null>(
      (allowed, tools) =>
        allowed === null || tools === null ? (allowed ?? tools) : allowed.filter((name) => tools.includes(name)),
      null,
    );
  }

  /** A skill with its arguments filled in. Rejects with `skill/not-found`, or `skill/invalid` that names file and line. */
  async invocation(name: string, argumentsText: string): Promise<SkillInvocation> {
    const { skill } = await this.deps.catalog.get(name);
    const typed = argumentsText.trim();
    return { name: skill.name, arguments: typed === '' ? null : typed, content: expandSkill(skill, typed) };
  }

  private async toolsOf(name: string): Promise<readonly string[] | null> {
    const found = await this.deps.catalog.find(name);
    return found?.kind === 'usable' ? found.skill.tools : [];
  }
}
