/** Policies of the sample organization after a short training, and trajectories of them. */
import type { Analysis } from '../../../src/analyzing/analysis.ts';
import { analyze, type AnalyzeOptions } from '../../../src/analyzing/analyze.ts';
import { recordTrajectories } from '../../../src/analyzing/trajectories/record-trajectories.ts';
import type { Trajectories } from '../../../src/analyzing/trajectories/trajectories.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { drawSharedEpisodes } from '../../../src/evaluating/shared-episodes.ts';
import type { Model, Organization } from '../../../src/spec/model.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import { trainSeed } from '../../../src/training/train.ts';
import type { TrainingSetup } from '../../../src/training/setup.ts';
import { sampleSetup, type SampleChanges } from '../training/sample.ts';

export interface Trained {
  readonly setup: TrainingSetup;
  readonly policies: Policies;
}

export async function trainSample(backend: Backend, seed: number, changes: SampleChanges = {}): Promise<Trained> {
  const setup = await sampleSetup(backend, changes);
  const { policies } = await trainSeed(setup, seed, {
    onIteration: () => undefined,
    onJudgment: () => undefined,
    saveCheckpoint: () => undefined,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  return { setup, policies };
}

/** On the days kept for testing. */
export function record({ setup, policies }: Trained, backend: Backend, perScenario: number): Promise<Trajectories> {
  const { cluster, model, organization, scenarios, loads } = setup;
  const episodes = drawSharedEpisodes(cluster, scenarios, loads, { split: 'test', perScenario, seed: 4 });
  return recordTrajectories(policies, {
    model,
    organization,
    backend,
    simulate: setup.makeSimulation,
    episodes: episodes.map((match) => match.episode),
    luck: episodes.map((match) => match.seed),
    signal: new AbortController().signal,
  });
}

/** The specifications, and the trajectories, as if an agent had never been given its role. */
export function withoutRoleOf(agent: string, { model, organization }: TrainingSetup, trajectories: Trajectories) {
  const strip = <T extends { readonly name: string; readonly roles: readonly unknown[] }>(one: T): T =>
    one.name === agent ? { ...one, roles: [] } : one;
  const removed = organization.agents.find(({ name }) => name === agent)!.roles[0];
  return {
    organization: { ...organization, agents: organization.agents.map(strip) } satisfies Organization,
    model: { ...model, roles: model.roles.filter(({ name }) => name !== removed) } satisfies Model,
    trajectories: { ...trajectories, agents: trajectories.agents.map(strip) },
  };
}

export const analyzeOne = (
  trajectories: Trajectories,
  organization: Organization,
  options: AnalyzeOptions,
): Promise<Analysis> => analyze([{ seed: 1, trajectories }], organization, options);
