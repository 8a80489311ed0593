/** Trajectories as Apache Parquet: one row per decision, the columns of the CSV (trajectories.ts) with their types. */
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { optionText, type Trajectories } from '../trajectories.ts';

/** Same trajectories, same bytes. */
export function trajectoriesAsParquet(trajectories: Trajectories): Uint8Array {
  const { agents, episodes, goals, interval, services, stateFields } = trajectories;
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
  const perAgent = agents.flatMap(({ name, options }, a) => {
    const texts = options.map((option) => optionText(services, option));
    const entry = (e: number, step: number) => a * episodes[e].steps + step;
    return [
      column(`action.${name}`, 'STRING', (e, step) => texts[episodes[e].actions[entry(e, step)]]),
      column(`free.${name}`, 'STRING', (e, step) => texts[episodes[e].freeActions[entry(e, step)]]),
      column(`active.${name}`, 'BOOLEAN', (e, step) => episodes[e].active[entry(e, step)] === 1),
      column(`allowed.${name}`, 'STRING', (e, step) =>
        texts.filter((_, o) => episodes[e].allowed[a][step * options.length + o] === 1).join('|'),
      ),
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
