import type { Disposable } from '../base/disposable';
import { AppError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import { toTurnId, type EventId, type SessionId, type TurnId } from '../session/session';
import type { TextError } from '../session/sessionEvent';
import { LiveTurn } from './liveTurn';
import type { ResolvedModel } from './modelProvider';
import { PlannedTurn } from './plannedTurn';
import { modelOf } from './promptSource';
import type { ToolDecision } from './toolHost';
import { planContinue, planMessage, planRegenerate, planRetry, type MessageContent, type TurnPlan } from './turnPlan';
import type { TurnRunnerDeps } from './turnRunnerDeps';
import type { TurnView } from './turnView';

export interface TurnStarted {
  readonly turnId: TurnId;
}

export interface TurnChange {
  readonly sessionId: SessionId;
  /** Null when the turn is over. */
  readonly view: TurnView | null;
}

/** Text that arrived, as often as it arrives; whoever shows it joins the pieces. */
export interface TurnStream {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly text: string;
  readonly reasoning: string;
}

/** The end of a turn could not be stored, and waiting would not help: no more than the partial reply is on disk. */
export interface TurnLost {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly error: TextError;
}

export interface MessageRequest extends MessageContent {
  readonly sessionId: SessionId;
  /** Made by the view for each message; a repeated one starts no second turn. */
  readonly clientMessageId: string;
}

/** Runs turns: one per session at a time, several sessions side by side. */
export class TurnRunner implements Disposable {
  private readonly turns = new Map<SessionId, LiveTurn>();
  /** Sessions whose turn is being planned. */
  private readonly planned = new Map<SessionId, PlannedTurn>();
  private readonly newestMessages = new Map<
    SessionId,
    { readonly id: string; readonly started: Promise<TurnStarted> }
  >();
  private closing = false;
  private readonly changes: Emitter<TurnChange>;
  private readonly streams: Emitter<TurnStream>;
  private readonly losses: Emitter<TurnLost>;

  readonly onDidChangeTurn: Event<TurnChange>;
  readonly onDidStream: Event<TurnStream>;
  readonly onDidLoseTurn: Event<TurnLost>;

  constructor(private readonly deps: TurnRunnerDeps) {
    const report = (error: unknown): void => deps.logger.error('A listener of turns failed', error);
    this.changes = new Emitter(report);
    this.streams = new Emitter(report);
    this.losses = new Emitter(report);
    this.onDidChangeTurn = this.changes.event;
    this.onDidStream = this.streams.event;
    this.onDidLoseTurn = this.losses.event;
  }

  /**
   * Sends a message. Resolves when it is on disk; the answer streams from then on.
   * Rejects, with nothing stored or sent, when the session is busy (`session/busy`), its model is not there
   * (`model/*`) or the message cannot be stored (`store/*`).
   */
  start(request: MessageRequest): Promise<TurnStarted> {
    const known = this.startedBy(request.sessionId, request.clientMessageId);
    if (known !== undefined) {
      return known;
    }
    const isNext = !this.isTaken(request.sessionId);
    const started = this.begin(request.sessionId, () => planMessage(request));
    if (!isNext) {
      // The one that is answered is still the newest.
      return started;
    }
    this.newestMessages.set(request.sessionId, { id: request.clientMessageId, started });
    // One that was refused may be sent again under the same id; whoever called hears of the refusal.
    started.catch(() => this.forgetMessage(request.sessionId, started));
    return started;
  }

  /** The turn that was started with this message, if it is the newest one of its session that was not refused. */
  startedBy(sessionId: SessionId, clientMessageId: string): Promise<TurnStarted> | undefined {
    const newest = this.newestMessages.get(sessionId);
    return newest?.id === clientMessageId ? newest.started : undefined;
  }

  /** Asks again for an answer to the newest message. The earlier answer stays in the log, beside the new one. */
  retry(sessionId: SessionId): Promise<TurnStarted> {
    return this.begin(sessionId, () => planRetry(this.deps.log, sessionId));
  }

  /** Lets the model go on after a partial answer, which stays where it is. */
  continueReply(sessionId: SessionId): Promise<TurnStarted> {
    return this.begin(sessionId, () => planContinue(this.deps.log, sessionId));
  }

  /** Another answer to the message above the event. */
  regenerate(sessionId: SessionId, eventId: EventId): Promise<TurnStarted> {
    return this.begin(sessionId, () => planRegenerate(this.deps.log, sessionId, eventId));
  }

  /** Stops a turn; resolves when its end is stored, or waits in memory because it cannot be. Nothing of it arrives after the call. A turn that is over is no error. */
  async stop(turnId: TurnId): Promise<void> {
    [...this.planned.values()].find((planned) => planned.turnId === turnId)?.stop();
    await this.find(turnId)?.stop('user');
  }

  /** A person's answer to a tool call; one that comes too late changes nothing. */
  respondToTool(turnId: TurnId, callId: string, decision: ToolDecision): void {
    this.find(turnId)?.respondToTool(callId, decision);
  }

  viewOf(sessionId: SessionId): TurnView | null {
    return this.turns.get(sessionId)?.view ?? this.planned.get(sessionId)?.view ?? null;
  }

  /** Sessions that this window answers, shown or not. */
  get running(): readonly SessionId[] {
    return [...new Set([...this.turns.keys(), ...this.planned.keys()])];
  }

  /** Ends every turn as interrupted, for a window that goes away; resolves when all ends are stored. */
  async stopAll(): Promise<void> {
    this.closing = true;
    this.planned.forEach((planned) => planned.stop());
    await Promise.all([...this.turns.values()].map((turn) => turn.stop('shutdown')));
  }

  dispose(): void {
    void this.stopAll();
    this.changes.dispose();
    this.streams.dispose();
    this.losses.dispose();
  }

  private async begin(sessionId: SessionId, makePlan: () => TurnPlan | Promise<TurnPlan>): Promise<TurnStarted> {
    if (this.closing) {
      // What waits for the end of a turn must not begin with the end of the window.
      throw new AppError('cancelled');
    }
    if (this.isTaken(sessionId)) {
      throw new AppError('session/busy', { args: { id: sessionId } });
    }
    const planned = new PlannedTurn(sessionId, toTurnId(this.deps.ids.next()), this.deps.clock.now());
    this.planned.set(sessionId, planned);
    this.changes.fire({ sessionId, view: planned.view });
    let turn: LiveTurn;
    let plan: TurnPlan;
    try {
      const prepared = await planned.unlessStopped(this.prepare(planned, makePlan));
      planned.throwIfStopped();
      plan = prepared.plan;
      turn = this.createTurn(sessionId, planned.turnId, prepared.model);
    } catch (error) {
      this.planned.delete(sessionId);
      this.changes.fire({ sessionId, view: null });
      throw error;
    }
    this.planned.delete(sessionId);
    await turn.begin(plan);
    return { turnId: turn.turnId };
  }

  private async prepare(
    { sessionId, signal }: PlannedTurn,
    makePlan: () => TurnPlan | Promise<TurnPlan>,
  ): Promise<{ readonly plan: TurnPlan; readonly model: ResolvedModel }> {
    const plan = await makePlan();
    const session = await this.deps.log.getSession(sessionId);
    return { plan, model: await this.deps.models.resolve(modelOf(session), signal, sessionId) };
  }

  private createTurn(sessionId: SessionId, turnId: TurnId, model: ResolvedModel): LiveTurn {
    const turn = new LiveTurn(this.deps, sessionId, turnId, model, {
      onChanged: (view) => {
        if (view === null) {
          this.turns.delete(sessionId);
          this.prepareNext(sessionId);
        }
        this.changes.fire({ sessionId, view });
      },
      onStream: (text, reasoning) => this.streams.fire({ sessionId, turnId, text, reasoning }),
      onLost: (error) => this.losses.fire({ sessionId, turnId, error }),
    });
    this.turns.set(sessionId, turn);
    return turn;
  }

  private prepareNext(sessionId: SessionId): void {
    // A window that goes away has nothing to prepare for.
    if (!this.closing) {
      void this.deps.compaction?.afterTurn(sessionId);
    }
  }

  private isTaken(sessionId: SessionId): boolean {
    return this.turns.has(sessionId) || this.planned.has(sessionId);
  }

  private forgetMessage(sessionId: SessionId, started: Promise<TurnStarted>): void {
    if (this.newestMessages.get(sessionId)?.started === started) {
      this.newestMessages.delete(sessionId);
    }
  }

  private find(turnId: TurnId): LiveTurn | undefined {
    return [...this.turns.values()].find((turn) => turn.turnId === turnId);
  }
}
