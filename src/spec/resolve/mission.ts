import type { Mission } from '../model.ts';
import { checkExpressionAt } from '../expressions.ts';
import { checkAscending, checkUniqueNames, type Declared } from './context.ts';

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

export function resolveMission({ object, spec }: Declared<MissionSpec>): Mission {
  checkUniqueNames(object, ['spec', 'goals'], spec.goals);
  const goals = spec.goals.map(({ name, reward, range, weight, satisfiedWhen = '' }, index) => {
    const path = ['spec', 'goals', index];
    checkExpressionAt(object, [...path, 'reward'], reward, { result: 'number', settings: [], service: false });
    if (satisfiedWhen !== '') {
      checkExpressionAt(object, [...path, 'satisfiedWhen'], satisfiedWhen, {
        result: 'bool',
        settings: [],
        service: false,
      });
    }
    checkAscending(object, [...path, 'range'], range[0], range[1], ['The lowest value', 'the highest'], true);
    return { name, reward, range: [range[0], range[1]] as const, weight, satisfiedWhen };
  });
  return { kind: 'Mission', name: object.name, origin: object.origin, description: spec.description, goals };
}
