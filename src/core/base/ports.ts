import type { Disposable } from './disposable';

/** Log sink. Message and reply text goes to `trace` only; keys go nowhere. */
export interface Logger {
  trace(message: string, ...details: unknown[]): void;
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

export interface Clock {
  /** Unix milliseconds of the wall clock. For showing and for windows of time, never for order. */
  now(): number;
}

export interface Timers {
  /** Calls back once after `ms` milliseconds unless disposed before. */
  after(ms: number, callback: () => void): Disposable;
}

export interface IdGenerator {
  /** A new UUIDv7 as text. */
  next(): string;
}

export const silentLogger: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
