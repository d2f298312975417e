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
        <button type="button" class="link-button" onClick={() => void actions.newSession()}>
          {strings.newSession}
        </button>
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
      {store.store.value?.kind === 'memory' && (
        <Banner icon="warning" text={strings.memoryNotice}>
          <button type="button" class="link-button" onClick={() => void actions.run('store/retry')}>
            {strings.storeRetry}
          </button>
        </Banner>
      )}
      {workspace !== null && !workspace.trusted && (
        <Banner icon="info" text={strings.untrustedText}>
          <button type="button" class="link-button" onClick={() => void actions.run('workspace/trust')}>
            {strings.manageTrust}
          </button>
        </Banner>
      )}
      {model !== null && model.missing !== null && (
        <Banner icon="warning" text={formatString(strings.modelMissing, model.missing.model)}>
          <button type="button" class="link-button" onClick={() => void actions.pickModel()}>
            {strings.noModelPick}
          </button>
        </Banner>
      )}
      {model !== null && model.missing === null && model.ref === null && hasMessages && (
        <Banner icon="info" text={strings.noModelTitle}>
          <button type="button" class="link-button" onClick={() => void actions.addProvider()}>
            {strings.noModelAction}
          </button>
        </Banner>
      )}
    </>
  );
}

interface BannerProps {
  readonly icon: IconName;
  readonly text: string;
  readonly children: ComponentChildren;
}

function Banner({ icon, text, children }: BannerProps) {
  return (
    <div class="notice">
      <Icon name={icon} />
      <span class="notice-text">{text}</span>
      <span class="notice-actions">{children}</span>
    </div>
  );
}
