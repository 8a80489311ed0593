/**
 * Evolutionary search over plans: the replicas of every service for each of the next decision intervals. A plan is a
 * row of whole numbers, [step * services + service].
 */
import type { Random } from '../../cluster/random.ts';
import type { Service } from '../../spec/model.ts';

export type Plan = Int16Array;

/** Share of the plans tried in a generation from which the next one is bred. */
const PARENTS = 0.25;

export class PlanSearch {
  readonly steps: number;
  readonly #services: readonly Service[];
  readonly #random: Random;
  /** Best first. */
  #ranked: { plan: Plan; value: number }[] = [];

  constructor(services: readonly Service[], steps: number, random: Random) {
    this.#services = services;
    this.steps = steps;
    this.#random = random;
  }

  /** The best plan found since `begin`. */
  get best(): Plan {
    return this.#ranked[0].plan;
  }

  /**
   * Starts a decision: forgets all values but goes on from the best plan so far, its first `passed` steps being over.
   * `present`: replicas per service now. Returns the first `count` plans to try, what was planned before as the first
   * of them.
   */
  begin(present: ArrayLike<number>, passed: number, count: number): Plan[] {
    const hold = this.#constant(present);
    const planned = this.#ranked.length > 0 ? this.#shifted(this.best, passed) : hold;
    this.#ranked = [];
    const plans = [planned, hold];
    while (plans.length < count) plans.push(this.#changed(plans[plans.length % 2]));
    return plans.slice(0, count);
  }

  /** Takes the values of plans that were tried; of equal values the plan tried first stays ahead. */
  tell(plans: readonly Plan[], values: ArrayLike<number>): void {
    const all = [...this.#ranked, ...plans.map((plan, i) => ({ plan, value: values[i] }))];
    all.sort((a, b) => b.value - a.value);
    this.#ranked = all.slice(0, plans.length);
  }

  /** The next generation: crossings and changes of the best. */
  ask(count: number): Plan[] {
    const parents = Math.max(1, Math.floor(this.#ranked.length * PARENTS));
    const parent = (): Plan => this.#ranked[this.#random.integer(0, parents - 1)].plan;
    return Array.from({ length: count }, () => {
      const plan = parent();
      return this.#changed(this.#random.uniform() < 0.5 ? plan : this.#crossed(plan, parent()));
    });
  }

  #constant(present: ArrayLike<number>): Plan {
    const services = this.#services.length;
    return Int16Array.from({ length: this.steps * services }, (_, i) => present[i % services]);
  }

  #shifted(plan: Plan, passed: number): Plan {
    const services = this.#services.length;
    const last = plan.length - services;
    return plan.map((_, i) => plan[Math.min(i + passed * services, last + (i % services))]);
  }

  /** Service by service from one of two plans. */
  #crossed(a: Plan, b: Plan): Plan {
    const fromFirst = this.#services.map(() => this.#random.uniform() < 0.5);
    return a.map((value, i) => (fromFirst[i % fromFirst.length] ? value : b[i]));
  }

  /** One to three times: some pods more or fewer of a service, from some step on, for a while or to the end. */
  #changed(plan: Plan): Plan {
    const { steps } = this;
    const random = this.#random;
    const result = plan.slice();
    const services = this.#services.length;
    const edits = 1 + random.integer(0, 1) * random.integer(0, 2);
    for (let edit = 0; edit < edits; edit++) {
      const service = random.integer(0, services - 1);
      const { min, max } = this.#services[service].replicas;
      const from = random.uniform() < 0.5 ? 0 : random.integer(0, steps - 1);
      const to = random.uniform() < 0.5 ? steps : random.integer(from + 1, steps);
      const move = (random.uniform() < 0.5 ? -1 : 1) * (random.uniform() < 0.75 ? 1 : 2);
      for (let step = from; step < to; step++) {
        const i = step * services + service;
        result[i] = Math.max(min, Math.min(max, result[i] + move));
      }
    }
    return result;
  }
}
