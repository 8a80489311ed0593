import { randomUUID } from 'node:crypto';
import type { RunProcess } from '../runs/run-process.ts';

/** Describes this process as one that works on runs. `now` returns milliseconds since the epoch. */
export function thisProcess(now: () => number = Date.now): RunProcess {
  return {
    now,
    every(milliseconds, action) {
      const timer = setInterval(action, milliseconds).unref();
      return () => clearInterval(timer);
    },
    pid: process.pid,
    unique: randomUUID,
  };
}
