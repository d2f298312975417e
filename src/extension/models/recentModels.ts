import type { Memento } from 'vscode';
import type { ModelRef } from '../../core/session/session';
import { isSameModel } from './modelRefText';

const recentKey = 'rejoin.recentModels';
const maxRecent = 10;

/** Models that a person chose in this installation, newest first. */
export class RecentModels {
  constructor(private readonly memento: Memento) {}

  get refs(): readonly ModelRef[] {
    const stored = this.memento.get<unknown>(recentKey);
    return Array.isArray(stored) ? stored.filter(isModelRef) : [];
  }

  async remember(ref: ModelRef): Promise<void> {
    const others = this.refs.filter((other) => !isSameModel(ref, other));
    await this.memento.update(recentKey, [{ provider: ref.provider, model: ref.model }, ...others].slice(0, maxRecent));
  }
}

function isModelRef(value: unknown): value is ModelRef {
  return (
    typeof value === 'object' &&
    value !== null &&
    'provider' in value &&
    typeof value.provider === 'string' &&
    'model' in value &&
    typeof value.model === 'string'
  );
}
