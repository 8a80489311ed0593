/** The sample organization with a training small enough for tests. */
import { Emulator } from '../../../src/cluster/emulator/emulator.ts';
import { loadRecords } from '../../../src/cluster/episodes/load-records.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import type { Algorithm, Model, Training } from '../../../src/spec/model.ts';
import { resolveTraining, type TrainingSetup } from '../../../src/training/setup.ts';

const FOLDER = 'examples/chained-services';

export async function sampleModel(): Promise<Model> {
  const { model, problems } = await readSpecFolder(FOLDER);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw new Error(errors[0].message);
  return model;
}

export interface SampleChanges {
  readonly algorithm?: Partial<Algorithm>;
  readonly budget?: Partial<Training['budget']>;
  readonly roles?: (model: Model) => Model['roles'];
}

/** Trains in the emulator with the numbers of the specification: 8 environments, 8 steps, 1 024 steps in all. */
export async function sampleSetup(backend: Backend, changes: SampleChanges = {}): Promise<TrainingSetup> {
  const sample = await sampleModel();
  const trainings = sample.trainings.map((training) => ({
    ...training,
    algorithm: { ...training.algorithm, hidden: [16], critic: [16], ...changes.algorithm },
    budget: { steps: 1024, episode: 300, environments: 8, horizon: 8, ...changes.budget },
    convergence: { window: 4, std: 0.2, mean: 0.5 },
  }));
  const model = { ...sample, trainings, roles: changes.roles?.(sample) ?? sample.roles };
  const resolved = resolveTraining(model, 'default');
  const loads = await loadRecords(FOLDER, resolved.scenarios);
  return { ...resolved, loads, backend, makeSimulation: (n) => new Emulator(resolved.cluster, n) };
}
