/** Formats the plan of an installation: what would be written where, for people to read beforehand. */
import type { PlannedWrite } from './installation.ts';

export interface InstallationPlan {
  readonly action: 'install' | 'upgrade' | 'remove';
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  /** Image of the controller; empty if it is being removed. */
  readonly image: string;
  readonly stage: string;
  /** Services whose HPAs are restored before anything else is removed. */
  readonly restores: readonly string[];
  readonly writes: readonly PlannedWrite[];
}

const WIDTH = 'unchanged'.length + 2;

export function planText(plan: InstallationPlan): string {
  const { context, server, namespace, image, stage, restores, writes } = plan;
  return [
    `context ${context}, server ${server}, namespace ${namespace}`,
    ...(image === '' ? [] : [`image ${image}, up to stage ${stage}`]),
    '',
    ...(restores.length === 0 ? [] : [`${'restore'.padEnd(WIDTH)}HPAs of ${restores.join(', ')}`]),
    ...writes.flatMap(writeLines),
  ].join('\n');
}

export const objectName = ({ kind, namespace, name }: PlannedWrite): string => `${kind} ${namespace}/${name}`;

function writeLines(write: PlannedWrite): string[] {
  const { action, changes, refused } = write;
  const indent = ' '.repeat(WIDTH);
  return [
    `${(refused === '' ? action : 'refused').padEnd(WIDTH)}${objectName(write)}`,
    ...changes.map(({ path, before, after }) => `${indent}${path}: ${before || 'nothing'} -> ${after || 'nothing'}`),
    ...(refused === ''
      ? []
      : refused
          .trimEnd()
          .split('\n')
          .map((line) => `${indent}${line}`)),
  ];
}

/** Counts the objects by what would be done to them. */
export function counts({ writes }: Pick<InstallationPlan, 'writes'>): Record<PlannedWrite['action'], number> {
  const count = (action: PlannedWrite['action']) => writes.filter((write) => write.action === action).length;
  return { create: count('create'), change: count('change'), unchanged: count('unchanged'), delete: count('delete') };
}
