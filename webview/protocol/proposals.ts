/** What the views of roles and of relations have in common: the choice of a run, and what an analysis proposes. */
import { runChoiceToHost, runChoiceToView } from './run-choice.ts';
import { flag, list, object, oneOf, text, type Of } from './shape.ts';

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
  ...runChoiceToView,
  /** Every proposal of the run shown, of any kind. `asked`: it is known what the specifications have of them. */
  proposals: object({ directory: text, asked: flag, proposals: list(proposal) }),
} as const;

/** Messages to the host. */
export const analysisToHost = {
  ...runChoiceToHost,
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

export type Proposal = Of<typeof proposal>;
export type Proposals = Of<typeof analysisToView.proposals>;
export type OpenWhat = Of<typeof analysisToHost.open>['what'];
