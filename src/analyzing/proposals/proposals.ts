/**
 * Changes of the specifications that would make them say what was found. What they already say is not proposed: a role
 * that fits an agent about as well as the one that it has, a goal that is satisfied in the states of a declared one, a
 * relation between roles that have such a link. So training and analyzing by turns comes to an end.
 */
import { createHash } from 'node:crypto';
import type { Cluster, Model, Organization } from '../../spec/model.ts';
import type { ActionSequence } from '../groups/action-sequences.ts';
import { agreement, declaredSatisfaction, inferredSatisfaction } from '../goals/goal-agreement.ts';
import type { InferredGoal } from '../goals/goals.ts';
import { asRole, fitScore, guideFit, type GuideFit } from '../roles/guide-fit.ts';
import { goalAsYaml, goalsAsYaml, percent, roleAsYaml } from './inferred-yaml.ts';
import type { Relation, WindowRelations } from '../relations/relations.ts';
import { inferRole, termsOf, type InferredRole, type Terms } from '../roles/roles.ts';
import type { SeedTrajectories } from '../trajectories/trajectories.ts';
import type { Proposal } from './proposal.ts';

export interface Findings {
  readonly seeds: readonly SeedTrajectories[];
  readonly cluster: Cluster;
  readonly organization: Organization;
  readonly model: Pick<Model, 'roles' | 'missions'>;
  readonly sequences: readonly ActionSequence[];
  /** Group of each sequence. */
  readonly labels: ArrayLike<number>;
  readonly roles: readonly InferredRole[];
  readonly goals: readonly InferredGoal[];
  readonly relations: readonly WindowRelations[];
}

/** A role that allows fewer of the moves taken, or more of all moves, does not tell what its agents do. */
const LEAST_TAKEN = 0.8;
const MOST_ALLOWED = 0.5;
/** A declared role is replaced by one whose score is so much better: less is not worth another name. */
const BETTER = 0.15;
/** Goals that agree so far (Jaccard) are one. */
const SAME_GOAL = 0.8;
/** Share of the region inside its bounds minus that of all other states: below, the bounds do not tell it. */
const TELLING = 0.25;
/** Moves on held-out steps that a comparison of roles needs. */
const FEWEST_MOVES = 10;

export function proposals(findings: Findings): Proposal[] {
  const roles = roleProposals(findings);
  const changing = new Set(roles.flatMap(({ agents }) => agents ?? []));
  return [...roles, ...goalProposals(findings), ...relationProposals(findings, changing)];
}

/**
 * Names of the roles that an agent has in the organization as it is now, whatever it was recorded with. undefined where the
 * organization has no such agent, as for the heads of a single one: nobody could take what was proposed.
 */
function declaredRoles({ organization, seeds }: Findings, agent: number): readonly string[] | undefined {
  const { name } = seeds[0].trajectories.agents[agent];
  return organization.agents.find((declared) => declared.name === name)?.roles;
}

/** Agents of one group that have the same declared roles, and the inferred role that fits them best. */
interface Taker {
  readonly declared: readonly string[];
  readonly own: readonly ActionSequence[];
  readonly inferred: InferredRole;
  readonly fit: GuideFit;
  /** Of the declared roles; undefined where there are none. */
  readonly present: GuideFit | undefined;
}

function roleProposals(findings: Findings): Proposal[] {
  const takers = Map.groupBy(takersOf(findings), ({ inferred }) => inferred);
  return [...takers].map(([inferred, own]): Proposal => {
    const replaced = own.filter(({ declared }) => declared.length > 0).sort((a, b) => b.own.length - a.own.length);
    const rules = inferred.rules.map(({ when, scale, services }) => ({ when, scale, services }));
    const all = own.flatMap((taker) => taker.own);
    return {
      id: idOf('role', rules),
      kind: 'role',
      name: inferred.name,
      why: own.map((taker) => whyRole(taker, namesOf(findings, taker.own))).join(' '),
      yaml: roleAsYaml(inferred),
      agents: namesOf(findings, all),
      ...(replaced.length > 0 ? { replaces: replaced[0].declared[0] } : {}),
    };
  });
}

function takersOf(findings: Findings): Taker[] {
  const { seeds, sequences, labels, cluster, model } = findings;
  const groupOf = mainGroups(sequences, labels);
  const terms = termsOf(seeds, cluster);
  const keyOf = ({ agent }: ActionSequence) =>
    JSON.stringify([groupOf.get(agent), declaredRoles(findings, agent) ?? 'unknown']);
  return [...Map.groupBy(sequences, keyOf).values()].flatMap((own): Taker[] => {
    const declared = declaredRoles(findings, own[0].agent);
    if (!declared) return [];
    const known = declared.flatMap((name) => model.roles.find((role) => role.name === name) ?? []);
    // What a role says that is not in the specifications is not known.
    if (known.length < declared.length) return [];
    const present = declared.length === 0 ? undefined : guideFit(seeds, cluster, known, own);
    const [best] = candidatesFor(findings, terms, own)
      .map((inferred) => ({ inferred, fit: guideFit(seeds, cluster, [asRole(inferred)], own) }))
      .sort((a, b) => fitScore(b.fit) - fitScore(a.fit));
    return best && isWorth(best.fit, present) ? [{ declared, own, present, ...best }] : [];
  });
}

/** The roles of the groups that these sequences are in, and one inferred from these sequences alone. */
function candidatesFor({ seeds, sequences, labels, roles }: Findings, terms: Terms, own: readonly ActionSequence[]) {
  const mine = new Set(own);
  const groups = new Set(sequences.flatMap((sequence, i) => (mine.has(sequence) ? [labels[i]] : [])));
  const { name } = seeds[0].trajectories.agents[own[0].agent];
  const alone = inferRole(seeds, terms, own, {
    name: `inferred-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
    group: -1,
    matches: undefined,
  });
  return [...roles.filter(({ group }) => groups.has(group)), alone].filter(({ rules }) => rules.length > 0);
}

/** The group of most of an agent's sequences; the first of equal ones. */
function mainGroups(sequences: readonly ActionSequence[], labels: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, Map<number, number>>();
  for (const [i, { agent }] of sequences.entries()) {
    const own = counts.get(agent) ?? new Map<number, number>();
    own.set(labels[i], (own.get(labels[i]) ?? 0) + 1);
    counts.set(agent, own);
  }
  return new Map([...counts].map(([agent, own]) => [agent, [...own].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0][0]]));
}

function isWorth(fit: GuideFit, present: GuideFit | undefined): boolean {
  if (fit.moves < FEWEST_MOVES || fit.taken < LEAST_TAKEN || fit.all > MOST_ALLOWED) return false;
  return present === undefined || fitScore(fit) >= fitScore(present) + BETTER;
}

function whyRole({ declared, fit, present }: Taker, agents: readonly string[]): string {
  const [who, has, its] = agents.length === 1 ? ['Agent', 'has', 'its'] : ['Agents', 'have', 'their'];
  const subject = `${who} ${agents.join(', ')}`;
  const figures = ({ taken, all }: GuideFit) =>
    `allows ${percent(taken)} of ${its} moves and ${percent(all)} of all moves`;
  if (!present) return `${subject} ${has} no role. On held-out steps this one ${figures(fit)}.`;
  return `${subject} ${has} role ${declared.join(' + ')}, which ${figures(present)}. On held-out steps this one ${figures(fit)}.`;
}

function namesOf({ seeds }: Findings, own: readonly ActionSequence[]): string[] {
  const agents = [...new Set(own.map(({ agent }) => agent))].sort((a, b) => a - b);
  return agents.map((agent) => seeds[0].trajectories.agents[agent].name);
}

function goalProposals({ seeds, cluster, model, organization, goals }: Findings): Proposal[] {
  const all = seeds.map(({ trajectories }) => trajectories);
  const usable = goals.filter((goal) => goal.satisfiedWhen !== '' && goal.inside - goal.outside >= TELLING);
  if (usable.length === 0) return [];
  const known = declaredSatisfaction(all, cluster, model, organization);
  const inferred = inferredSatisfaction(all, cluster, usable, organization);
  return usable.flatMap((goal, g): Proposal[] => {
    if (known.some((other) => agreement(other, inferred[g]) >= SAME_GOAL)) return [];
    known.push(inferred[g]);
    return [
      {
        id: idOf('goal', goal.satisfiedWhen),
        kind: 'goal',
        name: goal.name,
        why: `${percent(goal.probability)} of the states of successful episodes are alike: ${goal.description}. These bounds hold ${percent(goal.inside)} of them and ${percent(goal.outside)} of all other states; no declared goal says so.`,
        yaml: goalAsYaml(goal),
        mission: goalsAsYaml([goal]).replace(/^---\n/, ''),
      },
    ];
  });
}

interface Candidate {
  readonly relation: Relation;
  readonly window: WindowRelations;
  readonly from: string;
  readonly to: string;
  readonly group: string;
}

/** `changing`: agents that another role is proposed for; their relations wait until they have it. */
function relationProposals(findings: Findings, changing: ReadonlySet<string>): Proposal[] {
  const { organization, relations } = findings;
  const candidates = relations
    .flatMap((window) => window.relations.map((relation) => ({ relation, window })))
    .filter(({ relation }) => relation.significant && !changing.has(relation.from) && !changing.has(relation.to))
    .flatMap(({ relation, window }): Candidate[] => {
      const roles = rolesInOneGroup(findings, relation);
      return roles ? [{ relation, window, ...roles }] : [];
    })
    .sort((a, b) => b.relation.strength - a.relation.strength);
  const links = organization.groups.flatMap((group) => group.links.map(({ type, from, to }) => ({ type, from, to })));
  return candidates.flatMap(({ relation, window, from, to, group }): Proposal[] => {
    const { kind } = relation;
    const isLinked = links.some(
      (link) =>
        link.type === kind &&
        ((link.from === from && link.to === to) || (kind !== 'authority' && link.from === to && link.to === from)),
    );
    if (isLinked || (kind === 'authority' && hasAuthority(links, to, from))) return [];
    const link = { type: kind, from, to };
    links.push(link);
    const arrow = kind === 'authority' ? '->' : '--';
    return [
      {
        id: idOf('relation', link),
        kind: 'relation',
        name: `${kind} ${from} ${arrow} ${to}`,
        why: whyRelation(relation, window),
        yaml: `{ type: ${kind}, from: ${from}, to: ${to} }\n`,
        link: { ...link, group },
      },
    ];
  });
}

/** Roles of the two agents that stand in one group of the organization; links are between different roles. */
function rolesInOneGroup(findings: Findings, relation: Relation) {
  const { organization, seeds } = findings;
  const { agents } = seeds[0].trajectories;
  const [froms, tos] = [relation.from, relation.to].map((name) =>
    declaredRoles(
      findings,
      agents.findIndex((agent) => agent.name === name),
    ),
  );
  for (const { name, roles } of organization.groups) {
    const members = roles.map(({ role }) => role);
    for (const from of froms ?? [])
      for (const to of tos ?? [])
        if (from !== to && members.includes(from) && members.includes(to)) return { from, to, group: name };
  }
  return undefined;
}

/** Authority must not go around in a circle. */
function hasAuthority(
  links: readonly { readonly type: string; readonly from: string; readonly to: string }[],
  from: string,
  to: string,
): boolean {
  const reached = [from];
  for (const role of reached)
    for (const link of links)
      if (link.type === 'authority' && link.from === role && !reached.includes(link.to)) reached.push(link.to);
  return reached.includes(to);
}

function whyRelation({ kind, from, to, strength, p }: Relation, { from: begin, to: end }: WindowRelations): string {
  const figures = `strength ${Number(strength.toPrecision(2))}, p = ${Number(p.toPrecision(2))}, ${begin} to ${end} s into the episodes`;
  switch (kind) {
    case 'acquaintance':
      return `Agents ${from} and ${to} move the same services (${figures}).`;
    case 'authority':
      return `What agent ${to} does follows what agent ${from} did just before (${figures}).`;
    case 'communication':
      return `Agents ${from} and ${to} move in the same steps (${figures}).`;
  }
}

const idOf = (kind: string, content: unknown): string =>
  `${kind}-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)}`;
