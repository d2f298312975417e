import type { Disposable } from '../base/disposable';
import { AppError, isAppError, toError, type ErrorCode } from '../base/errors';
import { Sequencer } from '../base/sequencer';
import type { SessionId, TurnId } from '../session/session';
import type { NewEvent, TextError } from '../session/sessionEvent';
import type { ResolvedModel } from './modelProvider';
import { startsTurn } from '../session/startsTurn';
import { openRequestStream, type OpenRequest } from './requestStream';
import type { ToolDecision } from './toolHost';
import { ToolRuns } from './toolRuns';
import { stepTurn } from './turnMachine';
import { defaultTurnLimits, type TurnLimits } from './turnLimits';
import type { AppendOptions, ReplyDraft } from '../session/sessionService';
import { TurnEvents } from './turnEvents';
import { TurnHeartbeat } from './turnHeartbeat';
import type { TurnPlan } from './turnPlan';
import type { TurnRunnerDeps } from './turnRunnerDeps';
import type { StopReason, TimerName, TurnEffect, TurnInput, TurnState } from './turnState';
import type { TurnView } from './turnView';
import { turnViewOf } from './turnViewOf';

/** What a turn reports to its runner. */
export interface LiveTurnListener {
  onChanged(view: TurnView | null): void;
  onStream(text: string, reasoning: string): void;
  onLost(error: TextError): void;
}

type UntimedInput = TurnInput extends infer I ? (I extends TurnInput ? Omit<I, 'at'> : never) : never;

/** One turn at work: holds the machine's state, performs its effects, and feeds back what comes of them. */
export class LiveTurn {
  private state: TurnState = null;
  private readonly inputs: TurnInput[] = [];
  private stepping = false;
  /** Everything that is written goes one after the other, so that no late partial reply outlives the end. */
  private readonly writes = new Sequencer();
  private readonly events: TurnEvents;
  private readonly timers = new Map<TimerName, Disposable>();
  private readonly limits: TurnLimits;
  private readonly toolRuns: ToolRuns;
  private readonly heartbeat: TurnHeartbeat;
  private request: OpenRequest | undefined;
  /** Skill of the session when the current request was built. */
  private skill: string | null = null;
  private unsavedDraft: ReplyDraft | undefined;
  private storeError: Error | undefined;
  private settleStart: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private settleEnd: () => void = () => undefined;
  private holdEnd: () => void = () => undefined;
  /** Resolves when the end is stored, or had to be kept in memory because it could not be. */
  private readonly endTaken: Promise<void>;

  /** Resolves when the turn is over and its end is stored, or was given up. Never rejects. */
  readonly ended: Promise<void>;

  constructor(
    private readonly deps: TurnRunnerDeps,
    readonly sessionId: SessionId,
    readonly turnId: TurnId,
    private readonly model: ResolvedModel,
    private readonly listener: LiveTurnListener,
  ) {
    this.limits = { ...defaultTurnLimits, ...deps.limits };
    this.toolRuns = new ToolRuns(deps, sessionId, (input) => this.dispatch(input));
    this.events = new TurnEvents(deps.ids, turnId, model.ref);
    this.heartbeat = new TurnHeartbeat(deps.timers, this.limits.heartbeatMs, () =>
      this.write('sign of life', () => deps.log.keepAlive({ sessionId, turnId })),
    );
    this.ended = new Promise((resolve) => (this.settleEnd = resolve));
    this.endTaken = Promise.race([this.ended, new Promise<void>((resolve) => (this.holdEnd = resolve))]);
  }

  get view(): TurnView | null {
    return turnViewOf(this.state);
  }

  /** Resolves when what opens the turn is on disk; rejects when it is not, and then nothing was sent. */
  begin(plan: TurnPlan): Promise<void> {
    const started = new Promise<void>((resolve, reject) => (this.settleStart = { resolve, reject }));
    this.dispatch({ type: 'start', sessionId: this.sessionId, turnId: this.turnId, model: this.model.ref, ...plan });
    return started;
  }

  stop(reason: StopReason): Promise<void> {
    this.request?.flush();
    this.dispatch({ type: 'stop', reason });
    return reason === 'shutdown' ? this.ended : this.endTaken;
  }

  respondToTool(callId: string, decision: ToolDecision): void {
    this.dispatch({ type: 'toolDecision', callId, decision });
  }

  private dispatch(input: UntimedInput): void {
    this.inputs.push({ ...input, at: this.deps.clock.now() });
    if (this.stepping) {
      return;
    }
    this.stepping = true;
    try {
      for (let next = this.inputs.shift(); next !== undefined; next = this.inputs.shift()) {
        const { state, effects } = stepTurn(this.state, next, this.limits);
        this.state = state;
        effects.forEach((effect) => this.perform(effect));
      }
    } finally {
      this.stepping = false;
    }
  }

  private perform(effect: TurnEffect): void {
    switch (effect.type) {
      case 'append':
        this.append(effect);
        break;
      case 'savePartial':
        this.savePartial(effect);
        break;
      case 'openStream':
        this.openStream(effect);
        break;
      case 'abortStream':
        this.request?.abort();
        this.request = undefined;
        break;
      case 'startTimer':
        this.startTimer(effect);
        break;
      case 'cancelTimer':
        this.timers.get(effect.name)?.dispose();
        this.timers.delete(effect.name);
        break;
      case 'checkTool':
        this.toolRuns.check(effect.call);
        break;
      case 'grantTool':
        this.toolRuns.grant(effect.name, effect.grant);
        break;
      case 'runTool':
        this.toolRuns.run(effect.call);
        break;
      case 'abortTools':
        this.toolRuns.abort();
        break;
      case 'saveServerSession':
        this.write('server session', () => this.deps.log.setServerSessionId(this.sessionId, effect.id));
        break;
      case 'saveUsageLimits':
        this.write('usage limits', () => this.deps.log.setUsage(this.model.accountKey, effect.snapshot));
        break;
      case 'stream':
        this.listener.onStream(effect.text, effect.reasoning);
        break;
      case 'publish':
        this.listener.onChanged(this.view);
        break;
      case 'startSettled':
        this.onStartSettled(effect.error);
        break;
      case 'ended':
        this.onEnded(effect.lost);
        break;
    }
  }

  private append(effect: Extract<TurnEffect, { type: 'append' }>): void {
    // A newer partial reply follows; the one that waits is part of these events.
    this.unsavedDraft = undefined;
    const events = effect.events.map((event) => this.events.toNewEvent(event, this.skill));
    const options = {
      turnStatus: effect.turnStatus,
      ...(effect.kind === 'opening' ? this.openingOptions(events) : { ofTurn: this.turnId }),
      ...(effect.parent === null ? {} : { parent: effect.parent }),
      ...(effect.clearDraft ? { clearDraftOf: this.turnId } : {}),
    };
    const [first] = events;
    const store = (): Promise<unknown> =>
      first !== undefined && startsTurn(first.body)
        ? this.deps.log.appendUserMessage(this.sessionId, first, options)
        : this.deps.log.append(this.sessionId, events, options);
    this.writes.run(store).then(
      () => this.dispatch({ type: 'stored', lastEventId: events.at(-1)?.id ?? null }),
      (error: unknown) => {
        this.stopWhereLost(error);
        this.storeError = toError(error);
        this.deps.logger.error(`Events of session ${this.sessionId} could not be stored`, error);
        this.dispatch({ type: 'storeFailed', error: storeTextError(error) });
        if (effect.kind === 'end') {
          this.holdEnd();
        }
      },
    );
  }

  /** From the transaction that opens the turn on, other windows see that the session is answered. */
  private openingOptions(events: readonly NewEvent[]): AppendOptions {
    const parentId = events.length === 0 ? this.state?.core.below : null;
    const lease = { turnId: this.turnId, model: this.model.ref, startedAt: this.startedAt };
    return { model: this.model.ref, lease: parentId == null ? lease : { ...lease, parentId } };
  }

  private get startedAt(): number {
    return this.state?.core.startedAt ?? this.deps.clock.now();
  }

  /** While one write is under way only the newest text waits behind it. */
  private savePartial(effect: Extract<TurnEffect, { type: 'savePartial' }>): void {
    const waiting = this.unsavedDraft !== undefined;
    this.unsavedDraft = {
      sessionId: this.sessionId,
      turnId: this.turnId,
      parentId: effect.below,
      model: this.model.ref,
      content: effect.text,
      reasoning: effect.reasoning,
      startedAt: this.startedAt,
    };
    this.heartbeat.restart();
    if (!waiting) {
      this.write('partial reply', () => {
        const draft = this.unsavedDraft;
        this.unsavedDraft = undefined;
        return draft === undefined ? Promise.resolve() : this.deps.log.savePartialReply(draft);
      });
    }
  }

  /** For what a turn can do without: a failure is logged, and the events that follow will meet the same trouble. */
  private write(what: string, task: () => Promise<void>): void {
    this.writes.run(task).catch((error: unknown) => {
      this.deps.logger.warn(`The ${what} of session ${this.sessionId} was not saved`, error);
      this.stopWhereLost(error);
    });
  }

  /**
   * Another window ended the turn while this process seemed to be gone, or deleted the session: what the model still
   * says would reach nobody. What has come is kept as an interrupted reply.
   */
  private stopWhereLost(error: unknown): void {
    if (isAppError(error, 'session/taken-over', 'session/not-found')) {
      this.request?.flush();
      this.dispatch({ type: 'stop', reason: 'lost' });
    }
  }

  private openStream({ generation, end, branchFrom }: Extract<TurnEffect, { type: 'openStream' }>): void {
    const { sessionId, model } = this;
    this.request = openRequestStream(
      this.deps,
      { sessionId, model, end, branchFrom },
      {
        onHeld: () => this.dispatch({ type: 'held', generation }),
        onReleased: (newEnd) => this.dispatch({ type: 'released', generation, end: newEnd }),
        onPrepared: ({ session, allowedTools }) => {
          this.skill = session?.skill ?? null;
          this.toolRuns.allow(allowedTools);
        },
        onDelta: (delta) => this.dispatch({ type: 'delta', generation, delta }),
        onEnded: () => this.dispatch({ type: 'streamEnded', generation }),
        onFailed: (error) =>
          this.dispatch({ type: 'streamFailed', generation, error, random: (this.deps.random ?? Math.random)() }),
      },
    );
  }

  private startTimer({ name, token, ms }: Extract<TurnEffect, { type: 'startTimer' }>): void {
    this.timers.get(name)?.dispose();
    this.timers.set(
      name,
      this.deps.timers.after(ms, () => this.dispatch({ type: 'timer', name, token })),
    );
  }

  private onStartSettled(error: TextError | null): void {
    if (error === null) {
      this.settleStart?.resolve();
    } else {
      this.settleStart?.reject(this.storeError ?? new AppError('store/io'));
      this.settleEnd();
    }
  }

  private onEnded(lost: TextError | null): void {
    this.timers.forEach((timer) => timer.dispose());
    this.heartbeat.dispose();
    if (lost !== null) {
      this.listener.onLost(lost);
    }
    this.settleEnd();
  }
}

function storeTextError(error: unknown): TextError {
  return isAppError(error)
    ? { code: error.code, args: error.args }
    : { code: 'store/io' satisfies ErrorCode, args: {} };
}
