/** What the reader navigates by: it survives a reload. */
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
    open: Array.isArray(open) ? open.filter((item) => typeof item === 'string') : [],
  };
}
