import { join } from 'node:path';
import { expect } from 'vitest';
import type { SessionId } from '../../../src/core/session/session';
import { toSessionId } from '../../../src/core/session/session';
import { storeFileName } from '../../../src/node/sqlite/openLocalSessionService';
import { rawSql } from '../../support/rawSql';
import { RealWindow } from '../../support/realWindow';
import { migrationsDir } from '../../support/storeFixture';
import { replyText, type StormLine } from '../../support/stormWriter';
import { expectSound, lostOf } from './soundStore';

interface SavedReply {
  readonly session: SessionId;
  readonly turn: string;
  readonly characters: number;
}

/** Remembers everything that writers were told is stored, and holds the file against it. */
export class Witness {
  events = 0;
  losses = 0;
  private replies = 0;
  private titles = 0;
  private busy = 0;
  private killed = 0;
  private killedInWrite = 0;
  private interrupted = 0;
  private folder = '';
  /** Of the present store, over all its rounds. */
  private acknowledged: string[] = [];
  /** Replies of the last round whose end was not acknowledged. */
  private open = new Map<string, SavedReply>();

  /** Goes on with another, new store. */
  begin(folder: string): void {
    this.folder = folder;
    this.acknowledged = [];
  }

  /** Takes in what each of the killed processes had told. */
  listen(outputs: readonly (readonly string[])[]): void {
    this.open.clear();
    for (const lines of outputs) {
      const told = lines.map((line) => JSON.parse(line) as StormLine);
      told.forEach((line) => this.take(line));
      this.killed++;
      this.killedInWrite += Number(told.at(-1)?.told === 'begin');
    }
  }

  /** Opens the store as the next window does and compares. Fails with the label. */
  async compare(label: string): Promise<void> {
    await this.recover(label);
    const lost = await lostOf(this.folder, this.acknowledged);
    this.losses += lost.length;
    expect.soft(lost, label).toEqual([]);
    await expectSound(this.folder);
  }

  summary(): string {
    return [
      `${this.events} events and ${this.replies} growths of replies acknowledged, ${this.titles} titles`,
      `${this.losses} lost`,
      `${this.killed} processes killed, ${this.killedInWrite} of them inside a write`,
      `${this.interrupted} replies kept as interrupted`,
      `${this.busy} times another writer was in the way`,
    ].join(', ');
  }

  private take(line: StormLine): void {
    switch (line.told) {
      case 'event':
        this.acknowledge(line.event);
        break;
      case 'answer':
        this.acknowledge(line.event);
        this.open.delete(line.turn);
        break;
      case 'partial':
        this.replies++;
        this.open.set(line.turn, { ...line, session: toSessionId(line.session) });
        break;
      case 'title':
        this.titles++;
        break;
      case 'busy':
        this.busy++;
        break;
      case 'begin':
        break;
    }
  }

  private acknowledge(event: string): void {
    this.events++;
    this.acknowledged.push(event);
  }

  /** What was saved of a reply has to come back as an event with at least that much of its text, and only once. */
  private async recover(label: string): Promise<void> {
    const window = new RealWindow(this.folder, migrationsDir);
    try {
      const service = await window.service;
      await service.recoverInterrupted();
      for (const { session, turn, characters } of this.open.values()) {
        expect.soft(await service.getPartialReply(session), label).toBeUndefined();
        const texts = await this.textsOfTurn(turn);
        expect.soft(texts, `${label}: reply ${turn}`).toHaveLength(1);
        const [text = { content: '', finish: '' }] = texts;
        expect.soft(text.content.length, label).toBeGreaterThanOrEqual(characters);
        expect.soft(text.content, label).toBe(replyText(turn, text.content.length));
        this.interrupted += Number(text.finish === 'interrupted');
        this.losses += Number(text.content.length < characters);
      }
    } finally {
      await window.close();
    }
  }

  private textsOfTurn(turn: string): Promise<{ content: string; finish: string }[]> {
    const sql = `SELECT event_data ->> 'content' AS content, event_data ->> 'finish' AS finish
      FROM session_events WHERE turn_id = ? AND event_type = 'text'`;
    return rawSql(join(this.folder, storeFileName), sql, [turn]);
  }
}
