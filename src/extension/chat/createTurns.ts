import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { Clock, IdGenerator, Logger, Timers } from '../../core/base/ports';
import type { ModelResolver } from '../../core/turn/modelProvider';
import type { PromptSourceDeps } from '../../core/turn/promptSource';
import { Compactor } from '../../core/turn/compactor';
import { TokenCalibration } from '../../core/turn/tokenCalibration';
import type { ToolHost } from '../../core/turn/toolHost';
import { TurnRunner } from '../../core/turn/turnRunner';
import { readSetting } from '../contributions/configuration';
import type { StoreHost } from '../platform/storeHost';
import type { SkillRequests } from '../skills/skillRequests';
import { createCompactionSettingReader } from './compactionSettingReader';
import { createTurnLog } from './turnLog';

export interface TurnsDeps {
  readonly store: StoreHost;
  readonly models: ModelResolver;
  readonly tools: ToolHost;
  readonly skills: Pick<SkillRequests, 'systemText' | 'allowedTools'>;
  /** Keeps what was learned of the models' ways to count. */
  readonly memento: vscode.Memento;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdGenerator;
  readonly logger: Logger;
}

export interface Turns extends Disposable {
  readonly runner: TurnRunner;
  readonly compactor: Compactor;
}

const calibrationKey = 'rejoin.tokenCalibration';

/** Builds what answers messages and keeps the requests within the model's window. */
export function createTurns({ store, models, tools, skills, memento, clock, timers, ids, logger }: TurnsDeps): Turns {
  const disposables = new DisposableStore();
  const calibration = disposables.add(new TokenCalibration(memento.get(calibrationKey, {})));
  disposables.add(
    calibration.onDidChange(() => {
      void memento.update(calibrationKey, calibration.snapshot());
    }),
  );
  const source: PromptSourceDeps = {
    log: createTurnLog(store),
    tools,
    calibration,
    context: {
      systemText: (_, session) => skills.systemText(session),
      allowedTools: (session, invocation) => skills.allowedTools(session, invocation),
      historyLimits: () => ({
        maxMessages: readSetting('history.maxMessages'),
        maxTokens: readSetting('history.maxTokens'),
      }),
      compactionSettings: createCompactionSettingReader(logger),
    },
  };
  const { onDidChangeSessions } = store;
  const compactor = disposables.add(new Compactor({ ...source, models, timers, ids, logger, onDidChangeSessions }));
  const runner = disposables.add(
    new TurnRunner({ ...source, models, compaction: compactor, clock, timers, ids, logger }),
  );
  return { runner, compactor, dispose: () => disposables.dispose() };
}
