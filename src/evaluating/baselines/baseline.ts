import type { Cluster } from '../../spec/model.ts';
import type { System } from '../../cluster/simulation/simulation.ts';
import type { Control } from '../control.ts';
import type { World } from '../run-systems.ts';
import type { TuningTask } from '../tuning/tune.ts';

/** What was found for the baselines that have something to find, by their keys. Plain JSON, kept beside a run. */
export interface BaselineSettings {
  /** Weight of cost in J that they were found for. */
  readonly cost: number;
  readonly [key: string]: unknown;
}

/** A baseline as an evaluation lists it: a name that is unique there, and what acts. */
export interface NamedSystem {
  readonly name: string;
  readonly system: System;
}

/** An autoscaler that every evaluation compares the policies with. */
export interface Baseline {
  /** Finds the settings that suit the world best; absent where there is nothing to find. */
  readonly tuning?: {
    /** Where they stand in BaselineSettings. */
    readonly key: string;
    readonly find: (world: World, task: TuningTask, control: Control) => Promise<unknown>;
  };
  /** Throws a RangeError where its settings are not among those that were found. */
  readonly make: (cluster: Cluster, found: BaselineSettings) => NamedSystem;
}

/** A baseline that is as it is. */
export function fixedBaseline(make: (cluster: Cluster) => NamedSystem): Baseline {
  return { make };
}

/** A baseline whose settings are found for the cluster, its scenarios and its weight of cost. */
export function tunedBaseline<Settings>(
  key: string,
  find: (world: World, task: TuningTask, control: Control) => Promise<Settings>,
  make: (settings: Settings) => NamedSystem,
): Baseline {
  return {
    tuning: { key, find },
    make: (_, found) => {
      if (!(key in found)) throw new RangeError(`The baseline '${key}' has not been tuned: evaluate in a new run.`);
      // Nothing but `find` writes under this key.
      return make(found[key] as Settings);
    },
  };
}
