/** Finished analyses for the tests of their views: planted behavior, analyzed for real, written as the runner writes it. */
import { thisProcess } from '../../src/jobs/this-process.ts';
import type { Analysis } from '../../src/analyzing/analysis.ts';
import { analyze } from '../../src/analyzing/analyze.ts';
import { packTrajectories, type SeedTrajectories } from '../../src/analyzing/trajectories/trajectories.ts';
import type { ClusteringData } from '../../src/analyzing/groups/clustering-data.ts';
import type { Model } from '../../src/spec/model.ts';
import type { SpecCopy } from '../../src/runs/manifest.ts';
import { createRun, openRun, runsFolder } from '../../src/runs/run-directory.ts';
import { CLUSTER, fourAgents, ORGANIZATION, seedsOf, type AgentPlan } from '../unit/analyzing/synthetic.ts';

export interface AnalysisPlan {
  /** Of the Training. */
  readonly name?: string;
  /** Default: one of each of four behaviors that differ. */
  readonly agents?: readonly AgentPlan[];
  readonly episodes?: number;
  readonly steps?: number;
  readonly noise?: number;
  /** Of the test of relations. */
  readonly permutations?: number;
  readonly seeds?: readonly number[];
  readonly organization?: typeof ORGANIZATION;
  /** That proposals are held against; without, no role is proposed in place of another. */
  readonly model?: Pick<Model, 'roles' | 'missions'>;
  /** Of the run, as it found them. */
  readonly specs?: readonly SpecCopy[];
  /** Options of the run, beside its Training. */
  readonly options?: Readonly<Record<string, string | number>>;
}

export interface WrittenAnalysis {
  /** Of the run. */
  readonly directory: string;
  readonly analysis: Analysis;
  readonly clustering: ClusteringData;
  readonly seeds: readonly SeedTrajectories[];
}

/** Agents that do anything at random: nothing stands out. */
export const aimlessAgents = (count: number): AgentPlan[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `agent-${i + 1}`,
    roles: ['walker'],
    behavior: ({ random }) => ({ service: random.integer(0, 3), move: random.uniform() < 0.5 ? 1 : -1 }),
  }));

/** A finished run of the folder that holds an analysis: agents x episodes x seeds sequences. */
export async function writeAnalysis(folder: string, plan: AnalysisPlan = {}): Promise<WrittenAnalysis> {
  const { name = 'default', agents = fourAgents(), episodes = 6, steps = 60, noise = 0.1 } = plan;
  const numbers = plan.seeds ?? [1, 2];
  const seeds = seedsOf({ agents, episodes, steps, noise, seed: 1 }, numbers).map(withProbabilities);
  const maxSequences = agents.length * episodes * seeds.length;
  let clustering: ClusteringData | undefined;
  const analysis = await analyze(seeds, plan.organization ?? ORGANIZATION, {
    cluster: CLUSTER,
    ...(plan.model && { model: plan.model }),
    maxSequences,
    permutations: plan.permutations ?? 39,
    windows: 3,
    relationEpisodes: 12,
    onClustering: (data) => (clustering = data),
  });

  const directory = createRun(runsFolder(folder), {
    kind: 'analyze',
    name,
    createdAt: Date.now(),
    folder,
    specs: plan.specs ?? [],
    options: { training: name, ...plan.options },
    seeds: numbers,
    versions: {},
    machine: { cpu: 'test', cores: 1, memory: 1 },
  });
  const run = openRun(directory, thisProcess());
  run.begin('analyze', numbers);
  for (const { seed, trajectories } of seeds)
    run.writeArtifact(`trajectories/${seed}.bin`, packTrajectories(trajectories));
  run.writeArtifact('clustering.json', JSON.stringify(clustering));
  run.writeArtifact('analysis.json', JSON.stringify(analysis));
  run.journal.append('finished', { summary: { groups: analysis.groups.length }, seconds: 1 });
  run.close();
  return { directory, analysis, clustering: clustering!, seeds };
}

/** As a policy that is fairly sure of what it does, and a critic that expects little. */
function withProbabilities({ seed, trajectories }: SeedTrajectories): SeedTrajectories {
  const { agents } = trajectories;
  const episodes = trajectories.episodes.map((episode) => {
    const { steps, actions } = episode;
    const probabilities = agents.map(({ options }, a) => {
      const values = new Float32Array(steps * options.length).fill(0.2 / (options.length - 1));
      for (let t = 0; t < steps; t++) values[t * options.length + actions[a * steps + t]] = 0.8;
      return values;
    });
    const expected = Float32Array.from({ length: agents.length * steps }, (_, i) => Math.sin(i / 9) / 10);
    const rule = Int16Array.from(actions, (action) => (action === 0 ? -1 : 0));
    return { ...episode, probabilities, expected, rule };
  });
  const rules = agents.map(({ name }) => [`${name}: pending > 40`]);
  const expectedMeaning = 'Return above that of the default HPA, over the rest of the episode.';
  return { seed, trajectories: { ...trajectories, rules, expectedMeaning, episodes } };
}
