import { useEffect } from 'preact/hooks';
import { useChat } from '../chat';
import { Composer } from '../composer/Composer';
import { Transcript } from '../transcript/Transcript';
import { isBlank } from '../transcript/visibleItems';
import { Announcer } from './Announcer';
import { Header } from './Header';
import { IconButton } from './IconButton';
import { Icon } from './icons';
import { Banners, ResumeNotice } from './Notice';
import { Screen, StoreUnavailable, Welcome } from './Welcome';

export function App() {
  const { composer, connectionError, store } = useChat();
  const phase = store.phase.value;

  useEffect(() => {
    // A click on the view's title or a command gives the page the keyboard without saying to what.
    const onFocus = (): void => {
      if (document.activeElement === null || document.activeElement === document.body) {
        composer.focus();
      }
    };
    window.addEventListener('focus', onFocus);
    return () => window.removeEventListener('focus', onFocus);
  }, []);

  if (phase === 'outdated') {
    return (
      <div class="app" role="alert">
        <Screen icon="warning" title={store.reloadText.value} text="" />
      </div>
    );
  }
  if (phase === 'connecting') {
    return (
      <div class="app">
        {connectionError.value !== null && (
          <p class="error-banner" role="alert">
            <Icon name="error" tone="error" />
            <span>{connectionError.value}</span>
          </p>
        )}
      </div>
    );
  }
  return (
    <div class="app">
      <Header />
      <ResumeNotice />
      <Banners />
      <main class="main">
        <Content />
      </main>
      <ErrorBanner />
      <Composer />
      <Announcer />
    </div>
  );
}

function Content() {
  const { store } = useChat();
  const status = store.store.value;
  if (status?.kind === 'unavailable') {
    return <StoreUnavailable text={status.text} canRestore={status.canRestore} />;
  }
  const isEmpty = isBlank(store.events.value) && !store.hasOlder.value && store.turnId.value === null;
  return isEmpty ? <Welcome /> : <Transcript />;
}

function ErrorBanner() {
  const { actions, store } = useChat();
  const error = actions.error.value;
  if (error === null) {
    return null;
  }
  return (
    <div class="error-banner" role="alert" key={error.id}>
      <Icon name="error" tone="error" />
      <span>{error.message}</span>
      <IconButton label={store.strings.value.dismiss} icon="close" onClick={actions.dismissError} />
    </div>
  );
}
