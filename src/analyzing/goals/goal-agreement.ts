/** In which of the recorded states goals, declared or inferred, are satisfied. */
import type { Cluster, Goal, Mission, Organization } from '../../spec/model.ts';
import { goalChecks } from '../../deciding/goal-guide.ts';
import type { InferredGoal } from './goals.ts';
import { replay } from '../trajectories/recorded-history.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

/** States that goals are compared in, about. */
const STATES = 20_000;

/** One goal's satisfaction in every state compared. */
export interface Satisfaction {
  readonly goal: string;
  readonly satisfied: readonly number[];
}

/** The goals of an organization's missions that say when they are satisfied. */
export function declaredSatisfaction(
  seeds: readonly Trajectories[],
  cluster: Cluster,
  model: { readonly missions: readonly Mission[] },
  organization: Organization,
): Satisfaction[] {
  const known = organization.missions.filter((name) => model.missions.some((mission) => mission.name === name));
  return satisfaction(seeds, cluster, model, { ...organization, missions: known });
}

/** As they would be satisfied once they are declared. */
export function inferredSatisfaction(
  seeds: readonly Trajectories[],
  cluster: Cluster,
  goals: readonly InferredGoal[],
  organization: Organization,
): Satisfaction[] {
  const declared = goals.map(({ name, satisfiedWhen }): Goal => ({
    name,
    reward: '0.0',
    range: [0, 1],
    weight: 0,
    satisfiedWhen,
  }));
  const mission: Mission = {
    kind: 'Mission',
    name: 'inferred',
    origin: { file: 'inferred', line: 1 },
    description: '',
    goals: declared,
  };
  return satisfaction(seeds, cluster, { missions: [mission] }, { ...organization, missions: [mission.name] });
}

/** States in which both are satisfied / in which either is (Jaccard 1912); 1 = they say the same. */
export function agreement(a: Satisfaction, b: Satisfaction): number {
  let [both, either] = [0, 0];
  for (const [i, value] of a.satisfied.entries()) {
    both += value & b.satisfied[i];
    either += value | b.satisfied[i];
  }
  return either === 0 ? 0 : both / either;
}

function satisfaction(
  seeds: readonly Trajectories[],
  cluster: Cluster,
  model: { readonly missions: readonly Mission[] },
  organization: Organization,
): Satisfaction[] {
  const checks = goalChecks(model, organization, cluster);
  const found = checks.map((): number[] => []);
  const steps = seeds.reduce((sum, { episodes }) => sum + episodes.reduce((all, episode) => all + episode.steps, 0), 0);
  const every = Math.max(1, Math.ceil(steps / STATES));
  for (const trajectories of seeds) {
    const episodes = trajectories.episodes.flatMap(({ steps }, e) => (e % every === 0 && steps > 0 ? [e] : []));
    replay(trajectories, episodes, (environments) => {
      const values = new Float64Array(environments);
      return (history, _, playing) => {
        for (const [c, check] of checks.entries()) {
          check.evaluate(history, values);
          for (const [e, episode] of playing.entries()) if (episode >= 0) found[c].push(Number(values[e] !== 0));
        }
      };
    });
  }
  return checks.map(({ mission, goal }, c) => ({ goal: `${mission}/${goal}`, satisfied: found[c] }));
}
