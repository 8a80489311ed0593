import type { Mission } from '../model.ts';
import { GOAL_CONDITION, GOAL_VALUE } from '../cel/check.ts';
import { checkExpressionAt } from '../expressions.ts';
import { checkAscending, checkUniqueNames, type Context, type Declared } from './context.ts';

export interface MissionSpec {
  readonly description: string;
  readonly goals: readonly {
    readonly name: string;
    readonly reward: string;
    readonly range: readonly [number, number];
    readonly weight: number;
    readonly satisfiedWhen?: string;
  }[];
}

export function resolveMission({ object, spec }: Declared<MissionSpec>, { expressions }: Context): Mission {
  checkUniqueNames(object, ['spec', 'goals'], spec.goals);
  const goals = spec.goals.map(({ name, reward, range, weight, satisfiedWhen = '' }, index) => {
    const path = ['spec', 'goals', index];
    checkExpressionAt(object, [...path, 'reward'], reward, GOAL_VALUE, expressions);
    if (satisfiedWhen !== '')
      checkExpressionAt(object, [...path, 'satisfiedWhen'], satisfiedWhen, GOAL_CONDITION, expressions);
    checkAscending(object, [...path, 'range'], range[0], range[1], ['The lowest value', 'the highest'], true);
    return { name, reward, range: [range[0], range[1]] as const, weight, satisfiedWhen };
  });
  return { kind: 'Mission', name: object.name, origin: object.origin, description: spec.description, goals };
}
