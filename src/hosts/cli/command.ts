/** The interface between the modules of commands and program.ts, which adds the commands and runs their actions. */
import type { Command } from 'commander';
import type { Output } from './output.ts';

/** What every command receives. */
export interface CommandHost {
  readonly output: Output;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Adds a command to the program. Its actions pass a function to `run`, which returns the exit code. */
export type AddCommand = (program: Command, run: RunAction) => void;
export type RunAction = (action: (host: CommandHost) => Promise<number> | number) => Promise<void>;
