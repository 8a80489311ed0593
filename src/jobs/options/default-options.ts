import type { CommonOptions, JobKind, JobOptions } from './options.ts';

/**
 * What a request leaves open, for the command line and the runner alike. An empty text stands for what prepare.ts settles: the
 * first Training, the newest twin, the newest policies; 0 steps for as many as the Training says.
 */
export const DEFAULT_OPTIONS: { readonly [K in JobKind]: Omit<JobOptions[K], keyof CommonOptions> } = {
  run: { refines: '', before: '', twin: '', steps: 0, hours: 8, episodes: 20, tuning: 246, planned: 2 },
  collect: { hours: 8, exploration: 0.25, traces: '' },
  fit: { traces: '', twin: '' },
  train: { steps: 0, twin: '', backend: '' },
  analyze: { policies: '', episodes: 20, sequences: 160 },
  evaluate: { policies: '', before: '', episodes: 20, planned: 4, tuning: 246, tuningEpisodes: 20, on: '' },
  transfer: {
    policies: '',
    twin: '',
    transfer: '',
    traces: '',
    upTo: 'full',
    fullFor: 3600,
    dryRun: false,
    writeTo: '',
    pace: 0,
  },
};
