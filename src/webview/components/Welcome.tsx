import type { ComponentChildren } from 'preact';
import type { SessionSummary } from '../../core/session/session';
import { useChat } from '../chat';
import { agoText } from '../formats';
import { Icon, type IconName } from './icons';

/** What stands where the conversation will be: how to begin, or what keeps it from beginning. */
export function Welcome() {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const model = store.model.value;
  const workspace = store.workspace.value;
  // Elsewhere a banner says that nothing is saved.
  const emptyText = (store.store.value?.kind ?? 'ok') === 'ok' ? strings.emptyText : '';
  const needsModel = model !== null && model.ref === null && model.missing === null;
  return (
    <div class="welcome">
      {needsModel ? (
        <Screen icon="comment-discussion" title={strings.noModelTitle} text={strings.noModelText}>
          <button type="button" class="button primary" onClick={() => void actions.addProvider()}>
            {strings.noModelAction}
          </button>
          <button type="button" class="link-button" onClick={() => void actions.pickModel()}>
            {strings.noModelPick}
          </button>
        </Screen>
      ) : (
        <Screen icon="comment-discussion" title={strings.emptyTitle} text={emptyText} />
      )}
      {workspace !== null && !workspace.hasFolder && (
        <p class="welcome-hint">
          {strings.noFolderText}{' '}
          <button type="button" class="link-button" onClick={() => void actions.run('workspace/openFolder')}>
            {strings.openFolder}
          </button>
        </p>
      )}
      <RecentSessions />
    </div>
  );
}

interface StoreUnavailableProps {
  readonly text: string;
  readonly canRestore: boolean;
}

/** The store cannot be used: what is wrong, what to do, and a way to chat all the same. */
export function StoreUnavailable({ text, canRestore }: StoreUnavailableProps) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  return (
    <div class="welcome" role="alert">
      <Screen icon="warning" title={strings.storeUnavailableTitle} text={text}>
        {canRestore && (
          <button type="button" class="button primary" onClick={() => void actions.run('store/restore')}>
            {strings.storeRestore}
          </button>
        )}
        <button
          type="button"
          class={canRestore ? 'button' : 'button primary'}
          onClick={() => void actions.run('store/retry')}
        >
          {strings.storeRetry}
        </button>
        <button type="button" class="button" onClick={() => void actions.run('store/useMemory')}>
          {strings.storeUseMemory}
        </button>
        <button type="button" class="link-button" onClick={() => void actions.run('diagnostics/copy')}>
          {strings.copyDiagnostics}
        </button>
      </Screen>
    </div>
  );
}

interface ScreenProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly children?: ComponentChildren;
}

export function Screen({ icon, title, text, children }: ScreenProps) {
  return (
    <div class="screen">
      <span class="screen-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {text !== '' && <p>{text}</p>}
      {children}
    </div>
  );
}

function RecentSessions() {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const recent = store.recent.value;
  if (recent.length === 0) {
    return null;
  }
  const title = store.workspace.value?.hasFolder === false ? strings.recentTitleNoFolder : strings.recentTitle;
  return (
    <section class="recent" aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {recent.map((session) => (
          <li key={session.id}>
            <RecentSession session={session} />
          </li>
        ))}
      </ul>
      <button type="button" class="link-button" onClick={() => void actions.run('sessions/show')}>
        {strings.showAllSessions}
      </button>
    </section>
  );
}

function RecentSession({ session }: { readonly session: SessionSummary }) {
  const { actions, store } = useChat();
  return (
    <button type="button" class="recent-session" onClick={() => void actions.openSession(session.id)}>
      <span class="recent-title" dir="auto">
        {session.title === '' ? store.strings.value.untitled : session.title}
      </span>
      <span class="recent-time">{agoText(Date.now() - session.updatedAt)}</span>
    </button>
  );
}
