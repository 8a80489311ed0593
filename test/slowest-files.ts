/** A reporter for mocha: dots, as usual, and at the end the files that took longest, with their hooks. */
import { relative } from 'node:path';
import Mocha from 'mocha';

const SHOWN = 15;
const { EVENT_HOOK_END, EVENT_TEST_END, EVENT_RUN_END } = Mocha.Runner.constants;

class SlowestFiles extends Mocha.reporters.Dot {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const seconds = new Map<string, number>();
    const add = ({ file = '', duration = 0 }: { readonly file?: string; readonly duration?: number }): void => {
      seconds.set(file, (seconds.get(file) ?? 0) + duration / 1000);
    };
    runner.on(EVENT_HOOK_END, add);
    runner.on(EVENT_TEST_END, add);
    runner.on(EVENT_RUN_END, () => {
      const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
      process.stdout.write('  Slowest files, in seconds:\n');
      for (const [file, took] of slowest)
        process.stdout.write(`${took.toFixed(1).padStart(8)}  ${relative('', file)}\n`);
    });
  }
}

// mocha takes what a module gives to require.
export { SlowestFiles as 'module.exports' };
