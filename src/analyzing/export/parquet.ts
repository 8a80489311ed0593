/** Trajectories as Apache Parquet: one row per decision, the columns of the CSV (trajectories.ts) with their types. */
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { choiceAt, inWords, type Trajectories } from '../trajectories/trajectories.ts';

/** Same trajectories, same bytes. */
export function trajectoriesAsParquet(trajectories: Trajectories): Uint8Array {
  const { agents, episodes, goals, interval, stateFields } = trajectories;
  const column = <T>(
    name: string,
    type: NonNullable<ColumnSource['type']>,
    of: (e: number, step: number) => T,
  ): ColumnSource => ({
    name,
    type,
    nullable: false,
    data: episodes.flatMap(({ steps }, e) => Array.from({ length: steps }, (_, step) => of(e, step))),
  });
  const perAgent = agents.flatMap(({ name }, a) => {
    const choices = episodes.map(({ steps }, e) =>
      Array.from({ length: steps }, (_, step) => choiceAt(trajectories, e, step, a)),
    );
    return [
      column(`action.${name}`, 'STRING', (e, step) => choices[e][step].action),
      column(`free.${name}`, 'STRING', (e, step) => choices[e][step].free),
      column(`active.${name}`, 'BOOLEAN', (e, step) => choices[e][step].active === 1),
      column(`allowed.${name}`, 'STRING', (e, step) => choices[e][step].allowed.join('|')),
      column(`probability.${name}`, 'DOUBLE', (e, step) => choices[e][step].probability),
      column(`probabilities.${name}`, 'STRING', (e, step) => inWords(choices[e][step].probabilities)),
      column(`expected.${name}`, 'DOUBLE', (e, step) => choices[e][step].expected),
      column(`rule.${name}`, 'STRING', (e, step) => choices[e][step].rule),
    ];
  });
  const columnData = [
    column('episode', 'INT32', (e) => e),
    column('scenario', 'STRING', (e) => episodes[e].scenario),
    column('load', 'STRING', (e) => episodes[e].load),
    column('seed', 'DOUBLE', (e) => episodes[e].seed),
    column('step', 'INT32', (_, step) => step),
    column('seconds', 'DOUBLE', (_, step) => step * interval),
    column('objective', 'DOUBLE', (e, step) => episodes[e].objective[step]),
    ...stateFields.map((name, f) =>
      column(name, 'DOUBLE', (e, step) => episodes[e].states[step * stateFields.length + f]),
    ),
    ...perAgent,
    ...goals.map((goal, g) =>
      column(`satisfied.${goal}`, 'BOOLEAN', (e, step) => episodes[e].satisfied[g * episodes[e].steps + step] === 1),
    ),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'karma-mas' }));
}
