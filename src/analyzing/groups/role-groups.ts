/** Groups of action sequences against the declared roles of the agents whose sequences they are. */
import { bestAssignment, contingency } from './partitions.ts';

/** How the roles of an agent read as one class; NO_ROLE for an agent that has none. */
const NO_ROLE = 'no role';
export const roleClass = (roles: readonly string[]): string => (roles.length === 0 ? NO_ROLE : roles.join(' + '));

export interface RoleGroup {
  readonly group: number;
  readonly sequences: number;
  /** Declared roles of its sequences, the most frequent first. */
  readonly roles: readonly { readonly role: string; readonly sequences: number }[];
  /** The declared role of most of its sequences; undefined where no role has at least half: then it is proposed as a new one. */
  readonly role: string | undefined;
  /** Another group is the best match of this role: this one is the same role in other circumstances. */
  readonly variant: boolean;
}

const MATCH = 0.5;

/** `labels`: group of each sequence, 0..k-1; `classes`: role class of each. */
export function matchGroups(labels: ArrayLike<number>, classes: readonly string[]): RoleGroup[] {
  const names = [...new Set(classes)];
  const table = contingency(
    labels,
    classes.map((name) => names.indexOf(name)),
  );
  const assigned = bestAssignment(table);
  return table.map((counts, group) => {
    const sequences = counts.reduce((sum, count) => sum + count, 0);
    const roles = counts
      .map((count, c) => ({ role: names[c], sequences: count }))
      .filter((entry) => entry.sequences > 0)
      .sort((a, b) => b.sequences - a.sequences);
    const first = roles[0];
    const role = first.role !== NO_ROLE && first.sequences >= MATCH * sequences ? first.role : undefined;
    const variant = role !== undefined && assigned[group] !== names.indexOf(role);
    return { group, sequences, roles, role, variant };
  });
}
