/** The messages of views that show one run at a time: the runs to choose from, and which is shown. */
import { flag, list, number, object, text, type Of } from './shape.ts';

const run = object({
  directory: text,
  /** Name of its folder. */
  id: text,
  /** Name of the Training. */
  training: text,
  kind: text,
  /** Milliseconds since the epoch. */
  createdAt: number,
});

const runs = object({ runs: list(run), selected: text, loading: flag });
const missing = object({ directory: text, why: text });

export const runChoiceToView = {
  /** Runs that can be shown, newest first, and the one shown. */
  runs,
  /** There is nothing to show: why, and what to do. */
  missing,
} as const;

export const runChoiceToHost = {
  show: object({ directory: text }),
  /** What was shown before a reload of the window: counts where nobody has asked for another one. */
  restore: object({ directory: text }),
} as const;

export type ChoosableRun = Of<typeof run>;
export type RunsMessage = Of<typeof runs>;
export type MissingMessage = Of<typeof missing>;
