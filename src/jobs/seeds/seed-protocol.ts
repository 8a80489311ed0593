/** Messages between a job and the processes of its seeds over the IPC channel. Both sides use these two types. */
import type { Json } from '../../runs/events.ts';
import type { Progress } from '../../runs/progress-file.ts';

/** From the seed's process to the job. The last message before it exits is finished, stopped or failed. */
export type FromSeed =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'log'; readonly message: string; readonly level: 'info' | 'warning' }
  | { readonly type: 'finished'; readonly summary: Json }
  | { readonly type: 'stopped' }
  | {
      readonly type: 'failed';
      readonly message: string;
      /** Whether a file or a cluster failed, and not the job. */
      readonly io: boolean;
      readonly stack: string;
    };

/** From the job to the seed's process: stop at a checkpoint. A broken channel means the same. */
export type ToSeed = { readonly type: 'stop' };
