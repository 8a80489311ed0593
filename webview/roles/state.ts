/** What the reader navigates by: it survives a reload. */
import { restoredTexts } from '../shared/restored.ts';

export interface State {
  /** Directory of the run. */
  readonly directory: string;
  /** Proposals whose text is folded out. */
  readonly open: readonly string[];
}

/** From what was kept, by this version or an older one. */
export function restore({ directory, open }: Partial<Record<keyof State, unknown>>): State {
  return {
    directory: typeof directory === 'string' ? directory : '',
    open: restoredTexts(open),
  };
}
