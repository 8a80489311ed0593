/** How the modules of commands and the program know each other: program.ts adds each, and runs what it does. */
import type { Command } from 'commander';
import type { Output } from './output.ts';

/** What every command is given. */
export interface CommandHost {
  readonly output: Output;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How a command's module adds itself; its actions call `run` with what they do, which returns the exit code. */
export type AddCommand = (program: Command, run: RunAction) => void;
export type RunAction = (action: (host: CommandHost) => Promise<number> | number) => Promise<void>;
