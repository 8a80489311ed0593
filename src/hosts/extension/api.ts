/**
 * What `activate` returns: the interface for other extensions. Within one `version` it only grows.
 *
 *     const karma = vscode.extensions.getExtension('karma-mas.karma-mas');
 *     const api: KarmaApi = await karma.activate();
 *     for (const run of await api.runs()) console.log(run.id, run.state, run.bestObjective);
 */
import type * as vscode from 'vscode';
import type { Services } from './services.ts';

export interface KarmaApi {
  readonly version: 1;
  /** The runs of all projects of the workspace, newest first. */
  runs(): Promise<readonly KarmaRun[]>;
  /** Fires when a run is added, removed or changed. */
  readonly onDidChangeRuns: vscode.Event<void>;
}

export interface KarmaRun {
  readonly id: string;
  /** Absolute. */
  readonly directory: string;
  /** Absolute path of the folder of its specifications. */
  readonly project: string;
  /** 'created', 'running', 'stopped', 'finished', 'failed', 'stale', 'unreadable', 'other-version' or 'incomplete'; later versions may add some. */
  readonly state: string;
  /** The job: 'run', 'collect', 'fit', 'train', 'analyze', 'evaluate' or 'transfer'. */
  readonly kind: string;
  /** Name of its Training. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** While it works. */
  readonly progress?: { readonly done: number; readonly total: number; readonly unit: string; readonly what: string };
  /** The highest judged J of its policies. */
  readonly bestObjective?: number;
}

export function makeApi({ runs }: Pick<Services, 'runs'>): KarmaApi {
  return {
    version: 1,
    async runs() {
      await runs.refresh();
      return runs.runs.map(
        ({ id, directory, project, state, kind, name, createdAt, updatedAt, progress, bestObjective }) => ({
          ...{ id, directory, project, state, kind, name, createdAt, updatedAt },
          ...(progress ? { progress: { ...progress } } : {}),
          ...(bestObjective === undefined ? {} : { bestObjective }),
        }),
      );
    },
    onDidChangeRuns: runs.onDidChange,
  };
}
