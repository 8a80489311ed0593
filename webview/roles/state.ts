/** The navigation state of the view, which survives a reload. */
import { restoredTexts } from '../shared/restored.ts';

export interface State {
  /** Directory of the run. */
  readonly directory: string;
  /** Proposals whose text is folded out. */
  readonly open: readonly string[];
}

/** Restores the state that this version or an older one kept. */
export function restore({ directory, open }: Partial<Record<keyof State, unknown>>): State {
  return {
    directory: typeof directory === 'string' ? directory : '',
    open: restoredTexts(open),
  };
}
