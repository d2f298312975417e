import type { EventId, ModelRef, SessionId, TurnId, TurnStatus } from '../session/session';
import type { EventBody, Json, TextError, TokenUsage } from '../session/sessionEvent';
import type { UsageSnapshot } from '../session/sessionService';
import type { ModelDelta } from './modelProvider';
import type { ToolDecision, ToolGrant, ToolOutcome } from './toolHost';

/** An event that the machine wants stored. Whoever stores it gives `key` one id for good, so that a second try is a no-op. */
export interface DraftEvent {
  readonly key: number;
  readonly body: EventBody;
  readonly usage?: TokenUsage;
  readonly durationMs?: number;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  readonly providerState?: Json;
}

/** What becomes of a call: it runs, a person is asked, or the model hears why it does not run. */
export type ToolVerdict = 'granted' | 'ask' | 'unknown' | 'notAllowed' | 'malformed';

/** `checking` until the tool host has said whether the call may run. */
export interface ToolProgress {
  readonly call: ToolCall;
  readonly status: 'checking' | 'confirm' | 'running' | 'done';
}

/** The answer to one request as far as it has come. */
export interface Reply {
  readonly text: string;
  readonly reasoning: string;
  readonly textState: Json | undefined;
  readonly reasoningState: Json | undefined;
  readonly calls: readonly ToolCall[];
  readonly bytes: number;
  /** Bytes that the last saved partial reply does not have. */
  readonly unsavedBytes: number;
  /** Unix milliseconds at which the request left. */
  readonly requestedAt: number;
}

export type TimerName = 'firstByte' | 'idle' | 'retry' | 'save' | 'store';

/**
 * All but `user` leave the reply interrupted and not stopped by the person. `shutdown`: the window goes away, so that
 * nothing can be tried again for long. `lost`: nobody waits for this reply any more.
 */
export type StopReason = 'user' | 'shutdown' | 'lost';

export type EndStatus = Exclude<TurnStatus, 'running'>;

/** What every phase of a running turn knows. */
export interface TurnCore {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly model: ModelRef;
  readonly startedAt: number;
  /** Names the current request. Whatever an earlier one still sends carries another number and is dropped. */
  readonly generation: number;
  /** Tries of the current request, from 1. */
  readonly attempt: number;
  /** Requests that were answered with tool calls. */
  readonly rounds: number;
  readonly nextKey: number;
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
  readonly nextTimer: number;
  /** Event below which the answer hangs. Null only while the message of the person is being stored. */
  readonly below: EventId | null;
  /** Set while the next event starts a branch below this older event instead of the head. */
  readonly branchFrom: EventId | null;
  /** Events on their way to the disk; one append at a time keeps their order. */
  readonly storing: readonly DraftEvent[] | null;
  readonly queued: readonly DraftEvent[];
  readonly reply: Reply;
}

/** What a phase knows besides. */
export type RunningPhase =
  | { readonly phase: 'preparing'; readonly stop: StopReason | null }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'streaming' }
  | { readonly phase: 'tools'; readonly tools: readonly ToolProgress[] }
  /** `retryAt` in Unix milliseconds. */
  | { readonly phase: 'waiting'; readonly retryAt: number; readonly error: TextError }
  /** `storeTries` counts the failed tries to store the end; `leaving` when the window goes away meanwhile. */
  | {
      readonly phase: 'finishing';
      readonly status: EndStatus;
      readonly storeTries: number;
      readonly leaving: boolean;
    };

export type PhaseName = RunningPhase['phase'];
export type PhaseOf<P extends PhaseName> = Extract<RunningPhase, { readonly phase: P }>;

/** A turn that runs. */
export interface RunningTurn {
  readonly core: TurnCore;
  readonly now: RunningPhase;
}

/** Null while no turn runs. */
export type TurnState = RunningTurn | null;

export interface StartInput {
  readonly type: 'start';
  readonly at: number;
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly model: ModelRef;
  /** What is stored before the request; empty where the branch already ends with what is asked. */
  readonly opening: readonly EventBody[];
  readonly below: EventId | null;
  readonly branchFrom: EventId | null;
}

export type TurnInput =
  | StartInput
  | { readonly type: 'stored'; readonly at: number; readonly lastEventId: EventId | null }
  | { readonly type: 'storeFailed'; readonly at: number; readonly error: TextError }
  | { readonly type: 'delta'; readonly at: number; readonly generation: number; readonly delta: ModelDelta }
  | { readonly type: 'streamEnded'; readonly at: number; readonly generation: number }
  /** The request waits for a summary of older messages. */
  | { readonly type: 'held'; readonly at: number; readonly generation: number }
  /** It leaves now; `end` is the event that it answers where summaries were stored behind the one before, else null. */
  | { readonly type: 'released'; readonly at: number; readonly generation: number; readonly end: EventId | null }
  /** `random` from 0 to below 1 spreads the waiting times of several windows. */
  | {
      readonly type: 'streamFailed';
      readonly at: number;
      readonly generation: number;
      readonly error: TextError;
      readonly random: number;
    }
  | { readonly type: 'timer'; readonly at: number; readonly name: TimerName; readonly token: number }
  | { readonly type: 'stop'; readonly at: number; readonly reason: StopReason }
  | {
      readonly type: 'toolChecked';
      readonly at: number;
      readonly callId: string;
      readonly verdict: ToolVerdict;
    }
  | { readonly type: 'toolDecision'; readonly at: number; readonly callId: string; readonly decision: ToolDecision }
  | { readonly type: 'toolDone'; readonly at: number; readonly callId: string; readonly outcome: ToolOutcome };

export type TurnEffect =
  | {
      readonly type: 'append';
      readonly events: readonly DraftEvent[];
      /** `opening` goes through the log's own door for messages of the person. */
      readonly kind: 'opening' | 'answer' | 'end';
      readonly turnStatus: TurnStatus;
      readonly parent: EventId | null;
      readonly clearDraft: boolean;
    }
  | { readonly type: 'savePartial'; readonly below: EventId; readonly text: string; readonly reasoning: string }
  | {
      readonly type: 'openStream';
      readonly generation: number;
      readonly end: EventId;
      readonly branchFrom: EventId | null;
    }
  | { readonly type: 'abortStream' }
  | { readonly type: 'startTimer'; readonly name: TimerName; readonly token: number; readonly ms: number }
  | { readonly type: 'cancelTimer'; readonly name: TimerName }
  | { readonly type: 'checkTool'; readonly call: ToolCall }
  | { readonly type: 'grantTool'; readonly name: string; readonly grant: ToolGrant }
  | { readonly type: 'runTool'; readonly call: ToolCall }
  | { readonly type: 'abortTools' }
  | { readonly type: 'saveServerSession'; readonly id: string }
  | { readonly type: 'saveUsageLimits'; readonly snapshot: UsageSnapshot }
  /** Text for whoever watches; it is stored by other effects. */
  | { readonly type: 'stream'; readonly text: string; readonly reasoning: string }
  /** The view of the turn changed in more than its text. */
  | { readonly type: 'publish' }
  | { readonly type: 'startSettled'; readonly error: TextError | null }
  /** `lost`: the end could not be stored, and trying again would not help or there is no time for it. */
  | { readonly type: 'ended'; readonly lost: TextError | null };

export interface Step {
  readonly state: TurnState;
  readonly effects: readonly TurnEffect[];
}

export function emptyReply(requestedAt: number): Reply {
  return {
    text: '',
    reasoning: '',
    textState: undefined,
    reasoningState: undefined,
    calls: [],
    bytes: 0,
    unsavedBytes: 0,
    requestedAt,
  };
}
