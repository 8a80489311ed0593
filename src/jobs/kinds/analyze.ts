import { loadRecords } from '../../cluster/episodes/load-records.ts';
import { analyze } from '../../analyzing/analyze.ts';
import { goalsAsYaml, rolesAsYaml } from '../../analyzing/proposals/inferred-yaml.ts';
import { recordTrajectories } from '../../analyzing/trajectories/record-trajectories.ts';
import { packTrajectories, type SeedTrajectories } from '../../analyzing/trajectories/trajectories.ts';
import { drawSharedEpisodes } from '../../evaluating/shared-episodes.ts';
import { resolveTraining } from '../../training/setup.ts';
import { npy } from '../../analyzing/export/npy.ts';
import { trajectoriesAsParquet } from '../../analyzing/export/parquet.ts';
import {
  ANALYSIS_FILE,
  CLUSTERING_FILE,
  DISTANCES_FILE,
  INFERRED_GOALS_FILE,
  INFERRED_ROLES_FILE,
  LINKAGE_FILE,
  TRAJECTORIES_FOLDER,
} from '../../runs/artifacts.ts';
import { warpingFiles } from '../assets.ts';
import { withBackend } from '../backend/backend.ts';
import type { JobContext } from '../running/context.ts';
import type { JobSummaries } from '../running/summaries.ts';
import type { JobOptions } from '../options/job-table.ts';
import { makeWorld, worldFor } from '../running/worlds.ts';
import { readPolicies } from './policies.ts';

/** Seed of the recorded episodes. */
const EPISODE_SEED = 4;

/** Records trajectories of each seed's policies on test days and analyzes them: artifacts/analysis.json and YAML files. */
export function analyzeJob(context: JobContext, options: JobOptions['analyze']): Promise<JobSummaries['analyze']> {
  return withBackend('wasm', async (backend) => {
    const { model, folder, run, signal, onProgress, log } = context;
    const { cluster, organization, scenarios, training } = resolveTraining(model, options.training);
    const loads = await loadRecords(folder, scenarios);
    const shared = drawSharedEpisodes(cluster, scenarios, loads, {
      split: 'test',
      perScenario: options.episodes,
      seed: EPISODE_SEED,
    });
    const all = readPolicies(options.policies, cluster);
    const seeds: SeedTrajectories[] = [];
    for (const [index, policies] of all.entries()) {
      const trajectories = await recordTrajectories(policies, {
        model,
        organization,
        backend,
        simulate: makeWorld(worldFor(training), cluster).simulate,
        episodes: shared.map((match) => match.episode),
        luck: shared.map((match) => match.seed),
        signal,
        onProgress: (done, total) =>
          onProgress({
            done: index * total + done,
            total: all.length * total,
            unit: 's',
            what: 'recording trajectories',
          }),
      });
      run.writeArtifact(`${TRAJECTORIES_FOLDER}/${policies.seed}.bin`, packTrajectories(trajectories));
      run.writeArtifact(`${TRAJECTORIES_FOLDER}/${policies.seed}.parquet`, trajectoriesAsParquet(trajectories));
      seeds.push({ seed: policies.seed, trajectories });
    }
    const analysis = await analyze(seeds, organization, {
      cluster,
      model,
      maxSequences: options.sequences,
      onDistances: ({ values }) => run.writeArtifact(DISTANCES_FILE, npy(values, [values.length])),
      onClustering: (data) => run.writeArtifact(CLUSTERING_FILE, JSON.stringify(data)),
      warping: { files: warpingFiles(), threads: options.cores },
      signal,
      onProgress: (done, total) => onProgress({ done, total, unit: 'parts', what: 'analyzing' }),
    });
    for (const note of analysis.notes) log(note);
    run.writeArtifact(ANALYSIS_FILE, JSON.stringify(analysis));
    run.writeArtifact(LINKAGE_FILE, npy(Float64Array.from(analysis.linkage.flat()), [analysis.linkage.length, 4]));
    const yaml = [
      [INFERRED_ROLES_FILE, rolesAsYaml(analysis.roles)],
      [INFERRED_GOALS_FILE, goalsAsYaml(analysis.goals)],
    ] as const;
    for (const [name, text] of yaml) if (text !== '') run.writeArtifact(name, text);
    const { groups, roles, goals, proposals, silhouette, purity, stability, alignment } = analysis;
    return {
      groups: groups.length,
      inferredRoles: roles.length,
      inferredGoals: goals.length,
      proposals: proposals.length,
      silhouette,
      purity,
      stability: stability ?? null,
      alignment: alignment.overall ?? null,
      alignmentWithoutMask: alignment.free ?? null,
    };
  });
}
