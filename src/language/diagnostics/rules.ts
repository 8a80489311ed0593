/** Checks of the rules of roles: whether they match in some state, and allow something that another rule does not. */
import type { CheckedExpression } from '../../spec/cel/expression.ts';
import type { RoleRule } from '../../spec/model.ts';
import type { Fix, RelatedPlace } from '../../spec/problem.ts';
import { examine, reportTruth, reportUnits } from './conditions.ts';
import type { Declared, DeclaredObjects } from './declared.ts';
import { removeItem } from '../../spec/edits.ts';
import { mostEffort, Reasoning, type ReasoningContext } from './ranges/reasoning.ts';
import { holdersOf, parentsOf, useKey, usesOf, withHeirs, type RoleUse } from './role-users.ts';
import { timesSeen, type SampleProvider } from './samples.ts';
import type { SettingUnit } from './units.ts';

interface RoleSpec {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly rules: readonly { readonly allow: { readonly scale: readonly number[] } }[];
}

/** A use of the role, and a service that a rule is about. */
interface RuleContext extends ReasoningContext {
  readonly use: RoleUse;
  readonly service: number;
}

export function checkRules(objects: DeclaredObjects, samples: SampleProvider | undefined): void {
  for (const role of objects.of('Role')) {
    const uses = usesOf(role.value, objects);
    if (uses.length === 0) continue;
    const heirs = withHeirs(role.value.name, objects.of('Role'));
    const held = [...heirs].some((name) => holdersOf(name, objects.model.organizations).length > 0);
    new RoleCheck(role, objects, uses, held, samples).run();
  }
}

class RoleCheck {
  readonly #role: Declared<'Role'>;
  readonly #objects: DeclaredObjects;
  readonly #uses: readonly RoleUse[];
  readonly #held: boolean;
  readonly #samples: SampleProvider | undefined;
  /** Rules that the role inherits stand before its own. */
  readonly #inherited: number;
  readonly #key: string;

  constructor(
    role: Declared<'Role'>,
    objects: DeclaredObjects,
    uses: readonly RoleUse[],
    held: boolean,
    samples: SampleProvider | undefined,
  ) {
    this.#role = role;
    this.#objects = objects;
    this.#uses = uses;
    this.#held = held;
    this.#samples = samples;
    this.#key = uses.map(useKey).join('\n');
    this.#inherited = role.value.rules.length - (role.spec as RoleSpec).rules.length;
  }

  run(): void {
    this.#role.value.rules.forEach((rule, index) => {
      const own = index - this.#inherited;
      if (own >= 0) this.#checkRule(rule, index, own);
    });
  }

  #checkRule(rule: RoleRule, index: number, own: number): void {
    const { object, value: role } = this.#role;
    const path = ['spec', 'rules', own];
    const contexts = this.#contextsOf(rule);
    if (contexts.length === 0) {
      if (this.#held && rule.services.length > 0) {
        const message = `No agent with role ${role.name} may move ${rule.services.join(', ')}. Change services, or the scope of an agent.`;
        object.report([...path, 'services'], 'rule-outside-scope', message, { at: 'key' });
      }
      return;
    }
    this.#checkMoves(own, contexts);
    const expression = this.#objects.conditionOf(role, rule);
    if (!expression) return;
    const when = [...path, 'when'];
    if (reportUnits(object, when, expression, this.#settingUnits())) return;
    const findings = examine(expression, contexts, `${this.#key} ${rule.services.join()}`);
    const remove = (): Fix | undefined => removeItem(object, ['spec', 'rules'], own, 'Remove the rule');
    const words = { never: 'rule-never-matches', always: 'rule-always-matches', what: 'This rule matches' } as const;
    reportTruth(object, when, expression, findings, words, {
      never: remove,
      always: () => ({ title: 'Write true', edits: [{ range: object.range(when), text: '"true"' }] }),
    });
    if (!findings.truth.yes) return;
    const other = this.#shadowOf(rule, index, expression, contexts);
    if (other) {
      const message = 'Another rule allows the same whenever this one matches. Remove one of them.';
      object.report(when, 'rule-shadowed', message, { fix: remove(), related: this.#placeOf(other) });
      return;
    }
    this.#checkSamples(own, expression, contexts);
  }

  #contextsOf(rule: RoleRule): RuleContext[] {
    return this.#uses.flatMap((use) =>
      use.services
        .filter((index) => isAbout(rule, use, index))
        .map((service) => ({ use, cluster: use.cluster, settings: use.settings, service })),
    );
  }

  /** Own settings as they are written. */
  #settingUnits(): ReadonlyMap<string, SettingUnit> {
    const { settings } = this.#role.value;
    return new Map(
      Object.entries((this.#role.spec as RoleSpec).settings).map(([name, written]) => {
        const unit = typeof written === 'number' ? '' : written.endsWith('%') ? 'share' : 's';
        return [name, { value: settings[name], unit }] as const;
      }),
    );
  }

  /** Moves that the bounds of the replicas cut whenever they are made. */
  #checkMoves(own: number, contexts: readonly RuleContext[]): void {
    const { object, spec } = this.#role;
    const rooms = contexts.map(({ cluster, service }) => {
      const { min, max } = cluster.services[service].replicas;
      return max - min;
    });
    const room = Math.max(...rooms);
    const path = ['spec', 'rules', own, 'allow', 'scale'];
    if (room === 0) {
      const names = new Set(contexts.map(({ cluster, service }) => cluster.services[service].name));
      const message = `The replicas of ${[...names].join(', ')} cannot change: their min and max are the same. Change these, or remove the rule.`;
      object.report(path, 'rule-allows-nothing', message, {
        fix: removeItem(object, ['spec', 'rules'], own, 'Remove the rule'),
      });
      return;
    }
    const moves = (spec as RoleSpec).rules[own].allow.scale;
    moves.forEach((move, at) => {
      if (Math.abs(move) <= room) return;
      const message = `A move of ${move} is always cut: there are at most ${room} pods between min and max replicas. Remove it.`;
      object.report([...path, at], 'move-always-cut', message, {
        fix: moves.length > 1 ? removeItem(object, path, at, `Remove ${move}`) : undefined,
      });
    });
  }

  /** Another rule of the role that allows as much wherever and whenever this one does. */
  #shadowOf(
    rule: RoleRule,
    index: number,
    expression: CheckedExpression,
    contexts: readonly RuleContext[],
  ): number | undefined {
    const { value: role } = this.#role;
    const covers = (a: RoleRule, b: RoleRule): boolean => b.scale.every((move) => a.scale.includes(move));
    const found = role.rules.findIndex((other, at) => {
      if (at === index || !covers(other, rule)) return false;
      const whenever = this.#objects.conditionOf(role, other);
      if (!whenever) return false;
      const shadowed = (by: CheckedExpression, inner: CheckedExpression, outer: RoleRule): boolean =>
        contexts.every(({ use, service }) => isAbout(outer, use, service)) &&
        implies(inner, by, contexts, `${this.#key} ${rule.services.join()}`);
      if (!shadowed(whenever, expression, other)) return false;
      // Of two rules that say the same, the later one is reported.
      return at < index || !covers(rule, other) || !shadowed(expression, whenever, rule);
    });
    return found < 0 ? undefined : found;
  }

  #placeOf(index: number): RelatedPlace[] {
    const own = index - this.#inherited;
    if (own >= 0) return [this.#role.object.place(['spec', 'rules', own, 'when'], 'The other rule.')];
    const parents = parentsOf(this.#role).flatMap((name) => this.#objects.find('Role', name) ?? []);
    return parents.map(({ object }) => object.place(['metadata', 'name'], 'The other rule is inherited from here.'));
  }

  #checkSamples(own: number, expression: CheckedExpression, contexts: readonly RuleContext[]): void {
    if (!this.#samples) return;
    let states = 0;
    for (const use of this.#uses) {
      const sampled = this.#samples(use.cluster);
      if (!sampled) return;
      const services = contexts.filter((context) => context.use === use).map(({ service }) => service);
      if (timesSeen(sampled, expression, use.cluster, use.role.settings, services) > 0) return;
      states += sampled.states;
    }
    if (states === 0) return;
    const { object } = this.#role;
    const count = String(states).replace(/\B(?=(\d{3})+$)/g, ' ');
    const message = `This rule matched in 0 of ${count} sampled states. Check its condition.`;
    object.report(['spec', 'rules', own, 'when'], 'rule-never-sampled', message);
  }
}

const implied = new WeakMap<CheckedExpression, Map<string, boolean>>();

/** Whether `b` is true in every state in which `a` is. Earlier answers are kept. */
function implies(a: CheckedExpression, b: CheckedExpression, contexts: readonly RuleContext[], key: string): boolean {
  const before = implied.get(a) ?? new Map<string, boolean>();
  const which = `${b.text}\n${key}`;
  let answer = before.get(which);
  if (answer === undefined) {
    const wanted = [
      { condition: a.root, is: true },
      { condition: b.root, is: false },
    ];
    const effort = mostEffort();
    answer = contexts.every((context) => !new Reasoning(context, {}, effort).possible(wanted));
  }
  if (before.size > 32) before.clear();
  implied.set(a, before.set(which, answer));
  return answer;
}

const isAbout = ({ services }: RoleRule, { cluster }: RoleUse, index: number): boolean =>
  services.length === 0 || services.includes(cluster.services[index].name);
