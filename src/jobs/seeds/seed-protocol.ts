/** Messages between a job and the processes of its seeds, over the IPC channel. Both ends derive from these two types. */
import type { Json } from '../../runs/events.ts';
import type { Progress } from '../../runs/progress-file.ts';

/** From the seed's process to the job. The last message before it exits is one of finished, stopped, failed. */
export type FromSeed =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'log'; readonly message: string; readonly level: 'info' | 'warning' }
  | { readonly type: 'finished'; readonly summary: Json }
  | { readonly type: 'stopped' }
  | {
      readonly type: 'failed';
      readonly message: string;
      /** A file or a cluster failed, not the job. */
      readonly io: boolean;
      readonly stack: string;
    };

/** From the job to the seed's process: stop at a checkpoint. A broken channel says the same. */
export type ToSeed = { readonly type: 'stop' };
