import { stepsReply, type FakeReply } from '../../support/fakeModelReplies';

export interface GatedReply {
  readonly reply: FakeReply;
  /** Lets the second half come. */
  readonly open: () => void;
}

/** The reply "First half, second half." whose second half comes when the test says so. */
export function gatedReply(): GatedReply {
  let open: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reply = stepsReply([
    { kind: 'text', text: 'First half, ' },
    { kind: 'gate', until },
    { kind: 'text', text: 'second half.' },
    { kind: 'finish', reason: 'stop' },
    { kind: 'done' },
  ]);
  return { reply, open };
}
