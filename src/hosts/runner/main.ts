/**
 * The background process: `start <request>` makes a run (start-protocol.ts), says so in one line on stdout, and does it;
 * `job <runDirectory>` does the job that a run's manifest describes, from its newest checkpoint on; `seed <runDirectory>
 * <seed>` one seed of it. All else it has to say is in the journal; a `stop` file, SIGINT or SIGTERM ask it to stop.
 * `probe <backend>` tries a backend, and says in one line how that went. `watchdog <runDirectory> <identity>
 * [<patience>]`: see watchdog.ts.
 */
import { readManifest } from '../../runs/manifest.ts';
import { progressWriter } from '../../runs/progress-file.ts';
import { executeRun, executeSeed } from '../../jobs/running/execute-run.ts';
import { describeFailure, EXIT } from '../../jobs/failure.ts';
import { giveWay } from '../../jobs/running/priority.ts';
import { probeBackend } from '../../jobs/backend/probe-backend.ts';
import { startRun } from '../../jobs/starting/start.ts';
import { watchOver } from '../../jobs/running/watchdog.ts';

const [command, subject, seed, patience] = process.argv.slice(2);
process.exit(await main());

async function main(): Promise<number> {
  if (command === 'seed' && subject && seed) return executeSeed(subject, Number(seed));
  if (command === 'job' && subject) return executeJob(subject);
  if (command === 'start' && subject) return start(subject);
  if (command === 'probe' && subject) return probe(subject);
  if (command === 'watchdog' && subject && seed) return watch(subject, seed, Number(patience ?? 0));
  process.stderr.write(
    'Usage: start <request as JSON> | job <runDirectory> | seed <runDirectory> <seed> | probe <backend> | watchdog <runDirectory> <identity> [<patience>]\n',
  );
  return EXIT.usage;
}

async function start(request: string): Promise<number> {
  outliveParent();
  const answer = await startRun(request, Date.now());
  await new Promise((written) => process.stdout.write(`${JSON.stringify(answer)}\n`, written));
  return 'error' in answer ? EXIT.problems : executeJob(answer.directory);
}

async function probe(backend: string): Promise<number> {
  const result = await probeBackend(backend);
  await new Promise((written) => process.stdout.write(`${JSON.stringify(result)}\n`, written));
  return EXIT.fine;
}

async function watch(directory: string, guarded: string, patience: number): Promise<number> {
  outliveParent();
  try {
    await watchOver(directory, guarded, { patience, signal: stopSignal() });
    return EXIT.fine;
  } catch (error) {
    return describeFailure(error).exitCode;
  }
}

async function executeJob(directory: string): Promise<number> {
  outliveParent();
  const signal = stopSignal();
  try {
    giveWay(readManifest(directory).kind);
    const end = await executeRun(directory, {
      now: Date.now,
      signal,
      onProgress: progressWriter(directory, Date.now),
      onLog: () => undefined,
    });
    if (end.state === 'failed') throw end.error;
    return end.state === 'stopped' ? EXIT.stopped : EXIT.fine;
  } catch (error) {
    const { message, exitCode, stack } = describeFailure(error);
    process.stderr.write(`${process.env.KARMA_DEBUG ? stack : message}\n`);
    return exitCode;
  }
}

/** Aborts when this process is asked to end. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  process.on('SIGTERM', () => stop.abort());
  return stop.signal;
}

/** The window that started it may close, and take its terminal and its end of the pipes with it: the job goes on. */
function outliveParent(): void {
  process.on('SIGHUP', () => undefined);
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
}
