import type { ComponentChildren } from 'preact';
import { formatString, type ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { agoText } from '../formats';
import type { ChatData } from '../state/chatState';
import { isBlank } from '../transcript/visibleItems';
import { IconButton } from './IconButton';
import { Icon, type IconName } from './icons';

/** Shorter pauses (ms) are "just now". */
const justNowMs = 60_000;

/** Says that a conversation came back by itself, how old it is, and offers another one. */
export function ResumeNotice() {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const notice = store.notice.value;
  if (notice === null) {
    return null;
  }
  return (
    <div class="notice resume" role="status">
      <Icon name="history" />
      <span class="notice-text">{noticeText(notice, strings)}</span>
      <span class="notice-actions">
        <LinkButton text={strings.newSession} onClick={() => void actions.newSession()} />
        <IconButton label={strings.dismiss} icon="close" onClick={() => store.apply([{ type: 'notice-dismissed' }])} />
      </span>
    </div>
  );
}

function noticeText(notice: NonNullable<ChatData['notice']>, strings: ViewStrings): string {
  if (notice.kind === 'interrupted') {
    return formatString(strings.resumedInterrupted, agoText(notice.idleMs));
  }
  return notice.idleMs < justNowMs ? strings.resumedJustNow : formatString(strings.resumedAgo, agoText(notice.idleMs));
}

/** What holds for the whole conversation: not saved, not trusted, its model gone. */
export function Banners() {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const model = store.model.value;
  const workspace = store.workspace.value;
  const hasMessages = !isBlank(store.events.value);
  return (
    <>
      <StoreBanner />
      {workspace !== null && !workspace.trusted && (
        <Banner icon="info" text={strings.untrustedText}>
          <LinkButton text={strings.manageTrust} onClick={() => void actions.run('workspace/trust')} />
        </Banner>
      )}
      {model !== null && model.missing !== null && (
        <Banner icon="warning" text={formatString(strings.modelMissing, model.missing.model)}>
          <LinkButton text={strings.noModelPick} onClick={() => void actions.pickModel()} />
        </Banner>
      )}
      {model !== null && model.missing === null && model.ref === null && hasMessages && (
        <Banner icon="info" text={strings.noModelTitle}>
          <LinkButton text={strings.noModelAction} onClick={() => void actions.addProvider()} />
        </Banner>
      )}
    </>
  );
}

/** What is wrong with the place where the conversation is kept, as long as it can be shown all the same. */
function StoreBanner() {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const status = store.store.value;
  switch (status?.kind) {
    case 'memory':
      return (
        <Banner icon="warning" text={strings.memoryNotice}>
          <LinkButton text={strings.storeRetry} onClick={() => void actions.run('store/retry')} />
        </Banner>
      );
    case 'trouble':
    case 'readOnly':
      return <Banner icon="warning" text={status.text} alert />;
    case 'ok':
      return status.loss === undefined ? null : (
        <Banner icon="warning" text={status.loss} alert>
          <LinkButton text={strings.storeRestore} onClick={() => void actions.run('store/restore')} />
          <LinkButton text={strings.storeKeep} onClick={() => void actions.run('store/acceptLoss')} />
        </Banner>
      );
    default:
      return null;
  }
}

function LinkButton({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="link-button" onClick={onClick}>
      {text}
    </button>
  );
}

interface BannerProps {
  readonly icon: IconName;
  readonly text: string;
  /** It says what went wrong, so that it is heard at once. */
  readonly alert?: boolean;
  readonly children?: ComponentChildren;
}

function Banner({ icon, text, alert = false, children }: BannerProps) {
  return (
    <div class="notice">
      <Icon name={icon} {...(alert ? { tone: 'warning' } : {})} />
      <span class="notice-text" role={alert ? 'alert' : undefined}>
        {text}
      </span>
      {children !== undefined && <span class="notice-actions">{children}</span>}
    </div>
  );
}
