/** Checks of bounds, goals and transfers against the numbers of the cluster. */
import type { Cluster, Role } from '../../spec/model.ts';
import type { Path } from '../../spec/text/locate.ts';
import { examine, inWords, reportTruth, reportUnits } from './conditions.ts';
import { GOAL_CONDITION, GOAL_VALUE } from '../../spec/cel/check.ts';
import type { SourceObject } from '../../spec/source-object.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { DeclaredObjects } from './declared.ts';
import { clusterKey } from './role-users.ts';
import { union } from './ranges/number-range.ts';
import { Reasoning } from './ranges/reasoning.ts';

const NO_SETTINGS = new Map<string, never>();

/** Most replicas that the nodes hold beside the fewest of all other services. */
export function checkRoom(objects: DeclaredObjects): void {
  for (const { object, value: cluster } of objects.of('Cluster')) {
    const { services, nodes } = cluster;
    services.forEach(({ name, replicas, cpu, memory }, index) => {
      const others = services.filter((_, at) => at !== index);
      const left = (resource: 'cpu' | 'memory'): number =>
        nodes[resource] - others.reduce((sum, other) => sum + other.replicas.min * other[resource], 0);
      const fits = Math.floor(Math.min(left('cpu') / cpu, left('memory') / memory));
      if (fits >= replicas.max || fits < replicas.min) return;
      const message = `The nodes hold at most ${fits} replicas of ${name}, even with the fewest of all others. Lower max to ${fits}, or give the nodes more.`;
      object.report(['spec', 'services', index, 'replicas', 'max'], 'replicas-never-fit', message, {
        replaceBy: String(fits),
        related: [object.place(['spec', 'nodes'], 'What the nodes have.', 'key')],
      });
    });
  }
}

export function checkGoals(objects: DeclaredObjects): void {
  const { organizations, clusters } = objects.model;
  for (const { object, value: mission } of objects.of('Mission')) {
    const users = organizations.filter(({ missions }) => missions.includes(mission.name)).map(({ cluster }) => cluster);
    const used = clusters.filter(({ name }) => users.includes(name));
    const on = used.length > 0 || clusters.length > 1 ? used : clusters;
    if (on.length === 0) continue;
    mission.goals.forEach((goal, index) => {
      const path = ['spec', 'goals', index];
      if (goal.satisfiedWhen !== '')
        checkCondition(objects, object, [...path, 'satisfiedWhen'], goal.satisfiedWhen, 'This goal is reached', on);
      const reward = objects.expression(goal.reward, GOAL_VALUE);
      if (!reward || reportUnits(object, [...path, 'reward'], reward, NO_SETTINGS)) return;
      const values = on.map((cluster) => new Reasoning({ cluster, settings: NO_SETTINGS }).valueOf(reward.root));
      const ranges = values.flatMap((value) => (value?.type === 'number' ? [value.range] : []));
      const [low, high] = goal.range;
      const all = ranges.reduce(union);
      if (all.nan || (all.high > low && all.low < high)) return;
      const message = `The reward ${inWords(all)}, which is never inside the range from ${low} to ${high}. Correct the range, or the sign of the reward.`;
      object.report([...path, 'range'], 'goal-outside-range', message, {
        related: [object.place([...path, 'reward'], 'The reward.')],
      });
    });
  }
}

function checkCondition(
  objects: DeclaredObjects,
  object: SourceObject<DiagnosticCode>,
  path: Path,
  text: string,
  what: string,
  clusters: readonly Cluster[],
): void {
  const expression = objects.expression(text, GOAL_CONDITION);
  if (!expression || reportUnits(object, path, expression, NO_SETTINGS)) return;
  const findings = examine(
    expression,
    clusters.map((cluster) => ({ cluster, settings: NO_SETTINGS })),
    clusters.map(clusterKey).join('\n'),
  );
  const words = { never: 'condition-never-true', always: 'condition-always-true', what } as const;
  reportTruth(object, path, expression, findings, words, {});
}

export function checkTransfers(objects: DeclaredObjects): void {
  const { trainings, organizations, clusters, roles } = objects.model;
  for (const { object, value: transfer } of objects.of('Transfer')) {
    const training = trainings.find(({ name }) => name === transfer.training);
    const organization = organizations.find(({ name }) => name === training?.organization);
    const cluster = clusters.find(({ name }) => name === organization?.cluster);
    if (!training || !organization || !cluster) continue;

    transfer.stages.forEach((stage, index) => {
      const path = ['spec', 'stages', index, stage.stage];
      if ('abortWhen' in stage && stage.abortWhen !== '')
        checkCondition(objects, object, [...path, 'abortWhen'], stage.abortWhen, 'The stage is aborted', [cluster]);
      if (!('lasts' in stage) || stage.lasts >= cluster.decisionInterval) return;
      const message = `The stage lasts ${stage.lasts}s, but the agents decide every ${cluster.decisionInterval}s. Lengthen it.`;
      object.report([...path, 'for'], 'stage-too-short', message, { replaceBy: `${cluster.decisionInterval}s` });
    });

    const guided = training.algorithm.organization && organization.agents.every((agent) => agent.roles.length > 0);
    const held = roles.filter(({ name }) => organization.agents.some((agent) => agent.roles.includes(name)));
    const smallest = guided ? smallestMove(held) : 1;
    for (const limit of ['move', 'podsPerDecision'] as const) {
      if (transfer.limits[limit] >= smallest || !Number.isFinite(smallest)) continue;
      const message = `limits.${limit} is ${transfer.limits[limit]}, but the smallest move that the roles allow is ${smallest}: every move is cut. Raise it.`;
      object.report(['spec', 'limits', limit], 'limit-cuts-every-move', message, { replaceBy: String(smallest) });
      break;
    }
  }
}

/** Infinite where no rule allows anything. */
function smallestMove(roles: readonly Role[]): number {
  if (roles.some(({ otherwise }) => otherwise === 'free')) return 1;
  return Math.min(...roles.flatMap(({ rules }) => rules.flatMap(({ scale }) => scale.map(Math.abs))));
}
