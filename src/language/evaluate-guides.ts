/**
 * What the guides of an organization say of one state: for every agent which rules match, what it may do, and what its goals
 * are worth. The same meaning as in training, told part by part.
 */
import { checkExpression, type CheckedExpression } from '../spec/cel/check.ts';
import { describeExplanation, explain } from '../spec/cel/explain.ts';
import { interpret } from '../spec/cel/interpret.ts';
import { normalizeGoal, PERMISSION_WEIGHT } from '../spec/goal-value.ts';
import type { Agent, Cluster, Deontic, Mission, Model, Organization, Role } from '../spec/model.ts';
import type { ObservationHistory } from '../spec/observation.ts';

export interface GuideEvaluation {
  readonly organization: string;
  readonly cluster: string;
  readonly agents: readonly AgentEvaluation[];
}

export interface AgentEvaluation {
  readonly agent: string;
  /** Constraint hardness: the largest of its roles'; 0 without a role. */
  readonly hardness: number;
  /** For every service that it may move, in the order of the cluster. */
  readonly services: readonly ServiceEvaluation[];
  readonly goals: readonly GoalEvaluation[];
}

export interface ServiceEvaluation {
  readonly service: string;
  readonly rules: readonly RuleEvaluation[];
  /** Moves that the mask lets through, ascending, beside holding still, which always is. */
  readonly allowed: readonly number[];
}

export interface RuleEvaluation {
  readonly role: string;
  /** Among the rules of the role, inherited ones first. */
  readonly rule: number;
  readonly matches: boolean;
  /** One line per comparison, with the values of its parts. */
  readonly why: readonly string[];
  readonly scale: readonly number[];
}

export interface GoalEvaluation {
  readonly mission: string;
  readonly goal: string;
  readonly duty: 'obligation' | 'permission';
  readonly role: string;
  /** Whether the duty holds at this time of the episode. */
  readonly holds: boolean;
  readonly reward: number;
  /** From -1 to 0, or from 0 to 1. */
  readonly normalized: number;
  /** What it adds to the return of the step. */
  readonly counts: number;
  /** Undefined where the goal does not say when it is reached. */
  readonly satisfied?: boolean;
  readonly why: readonly string[];
}

export interface GuideState {
  /** Environment 0 counts. */
  readonly history: ObservationHistory;
  /** Seconds since the start of the episode. */
  readonly elapsed: number;
}

/** Undefined where the organization, or its cluster, is not there, or the state is of another number of services. */
export function evaluateGuides(model: Model, name: string, state: GuideState): GuideEvaluation | undefined {
  const organization = model.organizations.find((each) => each.name === name);
  const cluster = model.clusters.find((each) => each.name === organization?.cluster);
  if (!organization || !cluster || state.history.at(0).services !== cluster.services.length) return undefined;
  return {
    organization: name,
    cluster: cluster.name,
    agents: organization.agents.map((agent) => {
      const roles = agent.roles.flatMap((role) => model.roles.find((each) => each.name === role) ?? []);
      return {
        agent: agent.name,
        hardness: roles.reduce((most, role) => Math.max(most, role.hardness), 0),
        services: servicesOf(agent, roles, cluster, state),
        goals: goalsOf(organization, model.missions, roles, cluster, state),
      };
    }),
  };
}

function servicesOf(
  { scope }: Agent,
  roles: readonly Role[],
  cluster: Cluster,
  state: GuideState,
): ServiceEvaluation[] {
  const free = roles.length === 0 || roles.some(({ otherwise }) => otherwise === 'free');
  const moves = Array.from({ length: 2 * cluster.maxMove + 1 }, (_, i) => i - cluster.maxMove).filter(
    (move) => move !== 0,
  );
  return cluster.services.flatMap(({ name }, service) => {
    if (scope.length > 0 && !scope.includes(name)) return [];
    const rules = roles.flatMap((role) => rulesOf(role, cluster, service, state));
    const matching = rules.filter(({ matches }) => matches);
    const permitted = new Set(matching.flatMap(({ scale }) => scale));
    const allowed = matching.length === 0 ? (free ? moves : []) : moves.filter((move) => permitted.has(move));
    return [{ service: name, rules, allowed }];
  });
}

/** Rules about a service; one whose condition has problems, which the loader reports, is left out. */
function rulesOf(role: Role, cluster: Cluster, service: number, { history }: GuideState): RuleEvaluation[] {
  const settings = Object.keys(role.settings);
  return role.rules.flatMap(({ when, scale, services }, rule) => {
    if (services.length > 0 && !services.includes(cluster.services[service].name)) return [];
    const { expression } = checkExpression(when, { result: 'bool', settings, service: true });
    if (!expression) return [];
    const context = { cluster, history, environment: 0, service, settings: role.settings };
    const explanation = explain(expression, context);
    return [
      { role: role.name, rule, matches: explanation.value === true, why: describeExplanation(explanation), scale },
    ];
  });
}

function goalsOf(
  { obligations, permissions }: Organization,
  missions: readonly Mission[],
  roles: readonly Role[],
  cluster: Cluster,
  state: GuideState,
): GoalEvaluation[] {
  const held = new Set(roles.map(({ name }) => name));
  const of = (duties: readonly Deontic[], duty: GoalEvaluation['duty'], factor: number): GoalEvaluation[] =>
    duties
      .filter(({ role }) => held.has(role))
      .flatMap(({ role, mission, timeConstraint }) => {
        const holds =
          timeConstraint === 'any' || (state.elapsed >= timeConstraint.from && state.elapsed < timeConstraint.to);
        const goals = missions.find(({ name }) => name === mission)?.goals ?? [];
        return goals.flatMap((goal): GoalEvaluation[] => {
          const expression = checked(goal.reward, 'number');
          if (!expression) return [];
          const context = { cluster, history: state.history, environment: 0, settings: {} };
          const explanation = explain(expression, context);
          const reward = Number(explanation.value);
          const normalized = normalizeGoal(reward, goal.range);
          const reached = goal.satisfiedWhen === '' ? undefined : checked(goal.satisfiedWhen, 'bool');
          return [
            {
              mission,
              goal: goal.name,
              duty,
              role,
              holds,
              reward,
              normalized,
              counts: holds ? factor * goal.weight * normalized : 0,
              ...(reached && { satisfied: interpret(reached, context) === true }),
              why: describeExplanation(explanation),
            },
          ];
        });
      });
  return [...of(obligations, 'obligation', 1), ...of(permissions, 'permission', PERMISSION_WEIGHT)];
}

const checked = (text: string, result: 'bool' | 'number'): CheckedExpression | undefined =>
  checkExpression(text, { result, settings: [], service: false }).expression;
