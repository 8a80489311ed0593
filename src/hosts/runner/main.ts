/**
 * The background process: `job <runDirectory>` does the job that the run's manifest describes, `seed <runDirectory>
 * <seed>` one seed of it. All it has to say is in the journal; a `stop` file, SIGINT or SIGTERM ask it to stop.
 */
import { executeRun, executeSeed } from './execute-run.ts';
import { describeFailure, EXIT } from './failure.ts';

const [command, directory, seed] = process.argv.slice(2);
process.exit(await main());

async function main(): Promise<number> {
  if (command === 'seed' && directory && seed) return executeSeed(directory, Number(seed));
  if (command === 'job' && directory) return executeJob(directory);
  process.stderr.write('Usage: job <runDirectory> | seed <runDirectory> <seed>\n');
  return EXIT.usage;
}

async function executeJob(directory: string): Promise<number> {
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  process.on('SIGTERM', () => stop.abort());
  try {
    const end = await executeRun(directory, {
      now: Date.now,
      signal: stop.signal,
      onProgress: () => undefined,
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
