import { join, resolve } from 'node:path';
import type { TraceStore } from '../../../modeling/traces/trace-store.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import { stopOnInterrupt } from '../interrupt.ts';
import type { AddCommand, CommandHost } from '../command.ts';
import { ProgressLine } from '../progress.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly dir: string;
  readonly store: string;
}

export const addTraces: AddCommand = (program, run) => {
  const traces = program
    .command('traces')
    .description('list recorded traces; import or export them as CSV or JSON lines; delete one')
    .addHelpText(
      'after',
      `
Examples:
  karma-mas traces
  karma-mas traces export all.csv
  karma-mas traces import yesterday.jsonl --dir my-cluster`,
    );
  const sub = (name: string, description: string, isDefault = false) =>
    traces
      .command(name, { isDefault })
      .description(description)
      .option('-d, --dir <dir>', 'the folder of the specs', '.')
      .option('--store <file>', 'the trace store (default: .karma/traces.sqlite)', '');

  sub('list', 'list the recordings', true).action((options: Options) =>
    run((host) => withStore(options, (store) => list(host, store))),
  );
  sub('export', 'write recordings to a new *.csv or *.jsonl file')
    .argument('<file>', 'the file')
    .argument('[recordings...]', 'their numbers; all by default')
    .action((file: string, ids: string[], options: Options) =>
      run((host) => withStore(options, (store) => exportTo(host, store, resolve(file), ids.map(recordingNumber)))),
    );
  sub('import', 'add the recordings of a *.csv or *.jsonl file')
    .argument('<file>', 'the file')
    .action((file: string, options: Options) =>
      run((host) => withStore(options, (store) => importFrom(host, store, resolve(file)))),
    );
  sub('delete', 'delete a recording')
    .argument('<recording>', 'its number')
    .action((id: string, options: Options) =>
      run((host) =>
        withStore(options, (store) => {
          store.delete(recordingNumber(id));
          host.output.message(`Deleted recording ${id}. Nothing else was changed.`);
          return EXIT.fine;
        }),
      ),
    );
};

async function withStore(
  { dir, store: file }: Options,
  action: (store: TraceStore) => Promise<number> | number,
): Promise<number> {
  const { DEFAULT_TRACE_STORE, TraceStore } = await import('../../../modeling/traces/trace-store.ts');
  using store = new TraceStore(file === '' ? join(resolve(dir), DEFAULT_TRACE_STORE) : resolve(file));
  return await action(store);
}

function list({ output }: CommandHost, store: TraceStore): number {
  const recordings = store.recordings();
  if (output.json) for (const recording of recordings) output.result({ type: 'recording', ...recording }, '');
  else if (recordings.length === 0) output.message('No traces yet: karma-mas collect records some.');
  else
    output.result(
      {},
      formatTable(
        ['recording', 'cluster', 'source', 'interval', 'transitions', 'notes'],
        recordings.map(({ id, cluster, source, interval, transitions, notes }) => [
          String(id),
          cluster,
          source,
          `${interval} s`,
          String(transitions),
          notes,
        ]),
      ),
    );
  return EXIT.fine;
}

async function exportTo(host: CommandHost, store: TraceStore, file: string, ids: readonly number[]): Promise<number> {
  const { exportTraces } = await import('../../../modeling/traces/trace-files.ts');
  const chosen = ids.length > 0 ? ids : store.recordings().map(({ id }) => id);
  if (chosen.length === 0) throw new UsageError('There are no traces to export: karma-mas collect records some.');
  await withProgress(host, 'exporting', (control) => exportTraces(store, chosen, file, control));
  host.output.result({ type: 'exported', file, recordings: chosen }, `Wrote ${chosen.length} recordings to ${file}`);
  return EXIT.fine;
}

async function importFrom(host: CommandHost, store: TraceStore, file: string): Promise<number> {
  const { importTraces } = await import('../../../modeling/traces/trace-files.ts');
  const ids = await withProgress(host, 'importing', (control) => importTraces(store, file, control));
  host.output.result({ type: 'imported', file, recordings: ids }, `Added ${ids.length} recordings: ${ids.join(', ')}`);
  return EXIT.fine;
}

interface Control {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

async function withProgress<T>(host: CommandHost, what: string, work: (control: Control) => Promise<T>): Promise<T> {
  const progress = new ProgressLine(process.stderr, host.now);
  const stop = stopOnInterrupt(() => host.output.message('Stopping; nothing is left half done.'));
  try {
    return await work({
      signal: stop.signal,
      onProgress: (done, total) => progress.update({ done, total, unit: 'transitions', what }),
    });
  } finally {
    progress.clear();
    stop.dispose();
  }
}

function recordingNumber(text: string): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1)
    throw new UsageError(`${text} is no number of a recording: see karma-mas traces.`);
  return id;
}
