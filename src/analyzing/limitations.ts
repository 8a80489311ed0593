/** What an analysis had to leave out, or could not do, in sentences for its reader. */
import type { ActionSequence } from './groups/action-sequences.ts';
import type { SeedTrajectories } from './trajectories/trajectories.ts';

export function limitationsOf(
  seeds: readonly SeedTrajectories[],
  sequences: readonly ActionSequence[],
  available: number,
): string[] {
  const { agents } = seeds[0].trajectories;
  const notes: string[] = [];
  if (sequences.length < available)
    notes.push(
      `Of ${available} action sequences ${sequences.length} were compared, spread evenly over the episodes; roles come from these, goals and relations from samples of all.`,
    );
  const empty = count(seeds, ({ steps }) => steps === 0);
  if (empty > 0) notes.push(`${plural(empty, 'episode')} without a decision ${empty === 1 ? 'was' : 'were'} left out.`);
  const unknown = seeds.reduce((sum, { trajectories }) => sum + unknownSteps(trajectories), 0);
  if (unknown > 0)
    notes.push(
      `At ${plural(unknown, 'step')} a field of the state was not a number: ${unknown === 1 ? 'it was' : 'they were'} left out of rules and goals.`,
    );
  if (count(seeds, ({ objective }) => objective.some((value) => !Number.isFinite(value))) > 0)
    notes.push(
      'Where J was not a number, the step was left out of the mean, and its episode does not count as successful.',
    );
  if (agents.length === 1) notes.push('There is one agent: relations need two.');
  if (new Set(sequences.map(({ episode }) => episode)).size === 1)
    notes.push('There is one episode: rules are judged by its last quarter, so their figures say little about others.');
  if (sequences.every(({ symbols }) => symbols.every((symbol) => symbol === 0)))
    notes.push('No agent ever moved: there are no roles to infer.');
  return notes;
}

type Episode = SeedTrajectories['trajectories']['episodes'][number];

function count(seeds: readonly SeedTrajectories[], test: (episode: Episode) => boolean): number {
  return seeds.reduce((sum, { trajectories }) => sum + trajectories.episodes.filter(test).length, 0);
}

function unknownSteps({ episodes, stateFields }: SeedTrajectories['trajectories']): number {
  const width = stateFields.length;
  return episodes.reduce((sum, { states, steps }) => {
    if (!states.some((value) => !Number.isFinite(value))) return sum;
    const rows = Array.from({ length: steps }, (_, step) => states.subarray(step * width, (step + 1) * width));
    return sum + rows.filter((row) => row.some((value) => !Number.isFinite(value))).length;
  }, 0);
}

const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
