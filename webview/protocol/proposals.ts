/** What the views of roles and of relations have in common: the runs to choose from, and what an analysis proposes. */
import { flag, list, number, object, oneOf, text, type Of } from './shape.ts';

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

/** As analyzing/view-data.ts. */
const proposal = object({
  id: text,
  kind: oneOf('role', 'goal', 'relation'),
  name: text,
  why: text,
  yaml: text,
  /** What the specifications have of it already, by its name there; empty = nothing. */
  known: text,
});

/** Messages to the view. */
export const analysisToView = {
  /** Runs that have an analysis, newest first, and the one shown. */
  runs: object({ runs: list(run), selected: text, loading: flag }),
  /** Every proposal of the run shown, of any kind. `asked`: it is known what the specifications have of them. */
  proposals: object({ directory: text, asked: flag, proposals: list(proposal) }),
  /** There is no analysis to show: why, and what to do. */
  missing: object({ directory: text, why: text }),
} as const;

/** Messages to the host. */
export const analysisToHost = {
  show: object({ directory: text }),
  /** What was shown before a reload of the window: counts where nobody has asked for another one. */
  restore: object({ directory: text }),
  /** Adds a proposal to the specifications, after a preview. */
  accept: object({ id: text }),
  open: object({
    what: oneOf(
      'analyze',
      'train',
      'runAll',
      'reveal',
      'refine',
      'compare',
      'clustering',
      'roles',
      'relations',
      'organization',
    ),
  }),
} as const;

export type AnalysisRun = Of<typeof run>;
export type Proposal = Of<typeof proposal>;
export type Proposals = Of<typeof analysisToView.proposals>;
export type OpenWhat = Of<typeof analysisToHost.open>['what'];
