/**
 * Goal reward guides: the missions that an agent's roles oblige or permit it to follow, as numbers per environment
 * (karma.md section 2: R_i = or(s) + (1 - ch) compliance_i + weight_i sum_g w_g grg_g).
 */
import { checkExpression } from '../spec/cel/check.ts';
import { compileColumns, type ColumnExpression } from '../spec/cel/compile.ts';
import type { Cluster, Deontic, Model, Organization } from '../spec/model.ts';
import { normalizeGoal, PERMISSION_WEIGHT } from '../spec/goal-value.ts';
import type { ObservationHistory } from '../spec/observation.ts';
import type { AgentLayout } from './agents.ts';

export interface GoalGuide {
  /** False if all weights are zero, so that `addRewards` is not needed. */
  readonly rewarding: boolean;
  /** Adds to `rewards` [environment], in units of or(s). `elapsed` [environment]: seconds since the episode's start. */
  addRewards(history: ObservationHistory, elapsed: Float64Array, rewards: Float64Array): void;
}

/** The guide of one agent. */
export function makeGoalGuide(
  model: Pick<Model, 'missions'>,
  organization: Organization,
  layout: AgentLayout,
  cluster: Cluster,
  environments: number,
): GoalGuide {
  const roles = new Set(layout.roles.map((role) => role.name));
  const goalsOf = (deontics: readonly Deontic[], factor: number) =>
    deontics
      .filter((deontic) => roles.has(deontic.role))
      .flatMap((deontic) =>
        missionNamed(model, deontic.mission).goals.map((goal) => ({
          goal,
          weight: factor * goal.weight,
          time: deontic.timeConstraint,
          expression: compileGoal(goal.reward, 'number', cluster),
        })),
      );
  const goals = [...goalsOf(organization.obligations, 1), ...goalsOf(organization.permissions, PERMISSION_WEIGHT)];
  const weighted = goals.filter((entry) => entry.weight !== 0);
  const values = new Float64Array(environments);

  const addRewards = (history: ObservationHistory, elapsed: Float64Array, rewards: Float64Array): void => {
    for (const { goal, weight, time, expression } of weighted) {
      expression.evaluate(history, values);
      for (let e = 0; e < environments; e++) {
        if (time !== 'any' && (elapsed[e] < time.from || elapsed[e] >= time.to)) continue;
        rewards[e] += weight * normalizeGoal(values[e], goal.range);
      }
    }
  };
  return { rewarding: weighted.length > 0, addRewards };
}

export interface GoalCheck {
  readonly mission: string;
  readonly goal: string;
  /** Writes 1 where the goal is satisfied, per environment. */
  evaluate(history: ObservationHistory, into: Float64Array): void;
}

/** All goals in the missions of the organization that say when they are satisfied. */
export function goalChecks(model: Pick<Model, 'missions'>, organization: Organization, cluster: Cluster): GoalCheck[] {
  return organization.missions.flatMap((mission) =>
    missionNamed(model, mission)
      .goals.filter((goal) => goal.satisfiedWhen !== '')
      .map((goal) => {
        const expression = compileGoal(goal.satisfiedWhen, 'bool', cluster);
        return { mission, goal: goal.name, evaluate: (history, into) => expression.evaluate(history, into) };
      }),
  );
}

function compileGoal(text: string, result: 'number' | 'bool', cluster: Cluster): ColumnExpression {
  const checked = checkExpression(text, { result, settings: [], service: false });
  if (!checked.expression) throw new Error(`Goal expression ${text}: ${checked.problems[0].message}`);
  return compileColumns(checked.expression, cluster, {});
}

function missionNamed(model: Pick<Model, 'missions'>, name: string): Model['missions'][number] {
  const mission = model.missions.find((candidate) => candidate.name === name);
  if (!mission) throw new Error(`There is no mission named ${name}; validate the specifications first.`);
  return mission;
}
