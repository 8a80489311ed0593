/** The navigation state of the view, which survives a reload. */
import { restoredRange, restoredTexts } from '../shared/restored.ts';
import type { Interval } from '../shared/series.ts';

export interface State {
  /** Directory of the run. */
  readonly directory: string;
  readonly model: 'twin' | 'network';
  /** Whose open-loop charts are shown: '' = the indicators of the whole cluster, else a service. */
  readonly fansOf: string;
  /** Charts shown as tables. */
  readonly tables: readonly string[];
  /** Groups of errors that are folded out. */
  readonly open: readonly string[];
  readonly range: Interval | null;
}

/** Restores the state that this version or an older one kept. */
export function restore({ directory, model, fansOf, tables, open, range }: Partial<State>): State {
  return {
    directory: typeof directory === 'string' ? directory : '',
    model: model === 'network' ? 'network' : 'twin',
    fansOf: typeof fansOf === 'string' ? fansOf : '',
    tables: restoredTexts(tables),
    open: restoredTexts(open),
    range: restoredRange(range),
  };
}
