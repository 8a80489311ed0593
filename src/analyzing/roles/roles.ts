/**
 * Roles inferred from groups of action sequences: for each group, when it moves a service up and when down, as rules in the
 * language of the specifications, with their quality on episodes that they were not fitted to.
 */
import { breathe } from '../../cluster/breathe.ts';
import type { Cluster } from '../../spec/model.ts';
import type { ActionSequence } from '../groups/action-sequences.ts';
import { fitRule, ruleQuality, type DecisionRule, type RuleQuality, type RuleSamples } from './decision-rule.ts';
import type { GroupedSequences } from '../groups/group-sequences.ts';
import { ruleTerms, type RuleTerm } from './rule-terms.ts';
import { takenMoves, type TakenMoves } from './taken-moves.ts';
import type { SeedTrajectories } from '../trajectories/trajectories.ts';

export interface InferredRule {
  readonly direction: 'up' | 'down';
  /** CEL, as in a Role. */
  readonly when: string;
  /** Moves that it allows, ascending. */
  readonly scale: readonly number[];
  /** Services that it is about; empty = all. */
  readonly services: readonly string[];
  /** On the steps that it was fitted to, and on those held out. A sample is one service at one step. */
  readonly fitted: RuleQuality;
  readonly heldOut: RuleQuality;
}

export interface InferredRole {
  readonly name: string;
  /** Number of the group of sequences. */
  readonly group: number;
  readonly sequences: number;
  /** The declared role that it matches; undefined = proposed as a new role. */
  readonly matches: string | undefined;
  readonly rules: readonly InferredRule[];
  /** On held-out steps: share of the moves taken that the role allows, and of all moves open to the agents. */
  readonly allowsTaken: number | undefined;
  readonly allowsAll: number | undefined;
}

/** Fewer moves in a direction than this give no rule. */
const FEWEST_MOVES = 10;
/** Sizes of moves that make up less than this share of a direction's moves are left out. */
const RARE_SIZE = 0.03;
/** The same for services. A rule may be about the frequent ones alone or about nearly all: the one that predicts better is taken. */
const RARE_SERVICE = [0.1, 0.03];
/**
 * Youden's J on the held-out steps, recall minus the share of the other samples that the rule allows: 0 = no better than
 * chance. Below this the moves follow no rule that could be found.
 */
const MINIMUM_J = 0.25;

export async function inferRoles(
  seeds: readonly SeedTrajectories[],
  cluster: Cluster,
  { sequences, cut: { labels }, groups }: Pick<GroupedSequences, 'sequences' | 'cut' | 'groups'>,
  signal?: AbortSignal,
): Promise<InferredRole[]> {
  const terms = termsOf(seeds, cluster);
  const roles: InferredRole[] = [];
  for (const { group, role } of groups) {
    await breathe();
    signal?.throwIfAborted();
    const members = sequences.filter((_, i) => labels[i] === group);
    roles.push(inferRole(seeds, terms, members, { name: `inferred-${group + 1}`, group, matches: role }));
  }
  return roles;
}

export type Terms = readonly (readonly RuleTerm[])[];

/** What rules may compare, per seed. */
export const termsOf = (seeds: readonly SeedTrajectories[], cluster: Cluster): Terms =>
  seeds.map(({ trajectories }) => ruleTerms(trajectories, cluster));

/** The role that predicts best what the members do. */
export function inferRole(
  seeds: readonly SeedTrajectories[],
  terms: Terms,
  members: readonly ActionSequence[],
  about: Pick<InferredRole, 'name' | 'group' | 'matches'>,
): InferredRole {
  const moves = takenMoves(seeds, terms, members);
  const found = (['up', 'down'] as const).flatMap((direction) => inferRule(moves, terms[0], direction) ?? []);
  return { ...about, sequences: members.length, rules: found.map(({ rule }) => rule), ...allowedBy(found, moves) };
}

interface Found {
  readonly rule: InferredRule;
  readonly holds: DecisionRule['holds'];
}

function inferRule(moves: TakenMoves, terms: readonly RuleTerm[], direction: 'up' | 'down'): Found | undefined {
  const sign = direction === 'up' ? 1 : -1;
  const taken = Array.from(moves.move.keys()).filter((i) => moves.move[i] * sign > 0 && moves.heldOut[i] === 0);
  if (taken.length < FEWEST_MOVES) return undefined;
  const scale = frequent(
    taken.map((i) => moves.move[i]),
    RARE_SIZE,
  );
  const services = taken.map((i) => moves.service[i]);
  const [narrow, wide] = RARE_SERVICE.map((rare) => frequent(services, rare));
  const scopes = wide.length > narrow.length ? [narrow, wide] : [narrow];
  const [best] = scopes
    .flatMap((about) => ruleAbout(about, moves, terms, sign) ?? [])
    .sort((a, b) => b.score - a.score);
  if (!best || isChance(best.heldOut)) return undefined;
  const { about, rule, fitted, heldOut } = best;
  const everywhere = about.length === new Set(moves.service).size;
  const names = everywhere ? [] : about.map((s) => moves.services[s]);
  return { rule: { direction, when: rule.when, scale, services: names, fitted, heldOut }, holds: rule.holds };
}

/** The rule about some of the services. `score`: Youden's J over the moves of all services. */
function ruleAbout(about: readonly number[], moves: TakenMoves, terms: readonly RuleTerm[], sign: number) {
  const isDone = (i: number) => Number(moves.move[i] * sign > 0);
  const select = (heldOut: number): RuleSamples => {
    const chosen = Array.from(moves.move.keys()).filter(
      (i) => moves.heldOut[i] === heldOut && about.includes(moves.service[i]),
    );
    return {
      values: moves.values.map((column) => Float64Array.from(chosen, (i) => column[i])),
      done: Uint8Array.from(chosen, isDone),
    };
  };
  const fitting = select(0);
  const rule = fitRule(terms, fitting);
  if (!rule) return undefined;
  const fitted = ruleQuality(rule, fitting);
  const all = moves.heldOut.reduce((sum, heldOut) => sum + (1 - heldOut), 0);
  const done = moves.move.reduce((sum, _, i) => sum + (1 - moves.heldOut[i]) * isDone(i), 0);
  const found = (fitted.recall ?? 0) * fitted.baseRate * fitted.samples;
  const score = found / done - (fitted.allows * fitted.samples - found) / Math.max(1, all - done);
  return { about, rule, fitted, heldOut: ruleQuality(rule, select(1)), score };
}

/** What makes up at least this share of what was seen; ascending. */
function frequent(seen: readonly number[], share: number): number[] {
  const counts = [...Map.groupBy(seen, (value) => value)];
  return counts
    .filter(([, all]) => all.length >= share * seen.length)
    .map(([value]) => value)
    .sort((a, b) => a - b);
}

/** A rule that the held-out steps cannot judge stays; its numbers say so. */
function isChance({ baseRate, allows, recall }: RuleQuality): boolean {
  if (recall === undefined || baseRate === 1) return false;
  return recall - (allows - recall * baseRate) / (1 - baseRate) < MINIMUM_J;
}

/** What the rules together allow on the held-out samples. */
function allowedBy(found: readonly Found[], moves: TakenMoves): Pick<InferredRole, 'allowsTaken' | 'allowsAll'> {
  const samples: RuleSamples = { values: moves.values, done: new Uint8Array(moves.move.length) };
  let [taken, takenAllowed, open, allowed] = [0, 0, 0, 0];
  for (let i = 0; i < moves.move.length; i++) {
    if (moves.heldOut[i] === 0) continue;
    const name = moves.services[moves.service[i]];
    const scales = found
      .filter(({ rule, holds }) => (rule.services.length === 0 || rule.services.includes(name)) && holds(samples, i))
      .flatMap(({ rule }) => rule.scale);
    open += moves.choices.length;
    allowed += scales.length;
    if (moves.move[i] === 0) continue;
    taken++;
    takenAllowed += Number(scales.includes(moves.move[i]));
  }
  return {
    allowsTaken: taken === 0 ? undefined : takenAllowed / taken,
    allowsAll: open === 0 ? undefined : allowed / open,
  };
}
