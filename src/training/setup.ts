/** What a training needs, gathered from the model by name. */
import { makeEpisode, type LoadRecords } from '../cluster/episodes/make-episode.ts';
import type { Episode, Simulation, SplitName } from '../cluster/simulation/simulation.ts';
import type { Backend } from '../nn/backend.ts';
import type { Cluster, Model, Organization, Scenario, Training } from '../spec/model.ts';
import { layoutAgents, type AgentLayout } from '../deciding/agents.ts';

export interface TrainingSetup {
  readonly model: Model;
  readonly cluster: Cluster;
  readonly organization: Organization;
  readonly training: Training;
  readonly scenarios: readonly Scenario[];
  readonly layouts: readonly AgentLayout[];
  readonly loads: LoadRecords;
  readonly backend: Backend;
  /** The twin (or the emulator): where the agents train. */
  readonly makeSimulation: (environments: number) => Simulation;
}

/** Resolves the references of one Training. Throws an Error that lists the known names if one is not known. */
export function resolveTraining(
  model: Model,
  name: string,
): Pick<TrainingSetup, 'model' | 'cluster' | 'organization' | 'training' | 'scenarios' | 'layouts'> {
  const training = named(model.trainings, 'Training', name);
  const organization = named(model.organizations, 'Organization', training.organization);
  const cluster = named(model.clusters, 'Cluster', organization.cluster);
  const scenarios = training.scenarios
    .map((scenario) => named(model.scenarios, 'Scenario', scenario))
    .map((scenario) => (training.attacker === 'none' ? withoutAttacks(scenario) : scenario));
  const layouts = layoutAgents(model, organization, cluster, training.algorithm);
  return { model, cluster, organization, training, scenarios, layouts };
}

export function named<T extends { readonly name: string }>(items: readonly T[], kind: string, name: string): T {
  const found = items.find((item) => item.name === name);
  if (found) return found;
  const known = items.map((item) => item.name).join(', ') || 'none';
  throw new Error(`There is no ${kind} named ${name}; the folder has ${known}.`);
}

/** The scenario without its attacks, for `attacker: none`. */
function withoutAttacks(scenario: Scenario): Scenario {
  return {
    ...scenario,
    events: scenario.events.filter((event) => event.type !== 'attack'),
    random: scenario.random.filter((event) => event.type !== 'attack'),
  };
}

/**
 * Makes episodes on demand and keeps them. The scenarios take turns by index, and every index has a seed of its own: the same index
 * always gives the same episode.
 */
export function episodePool(
  setup: Pick<TrainingSetup, 'cluster' | 'scenarios' | 'loads'>,
  split: SplitName,
  firstSeed: number,
): (index: number) => Episode {
  const made = new Map<number, Episode>();
  return (index) => {
    const known = made.get(index);
    if (known) return known;
    const scenario = setup.scenarios[index % setup.scenarios.length];
    const episode = makeEpisode(setup.cluster, scenario, setup.loads, { split, seed: firstSeed + index });
    made.set(index, episode);
    return episode;
  };
}
