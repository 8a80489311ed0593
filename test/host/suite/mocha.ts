/**
 * Runs mocha inside the extension host. It must be imported before the test files, which call its `describe` and `it` as they
 * load. run.ts sets two environment variables: KARMA_TEST_OUTPUT, the file for the results, and KARMA_TEST_GREP.
 */
import { appendFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';

const { KARMA_TEST_OUTPUT: output, KARMA_TEST_GREP: grep } = process.env;
const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', timeout: 600_000, color: false, ...(grep && { grep }) });
mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, 'karma-mas', mocha);
if (output) Mocha.reporters.Base.consoleLog = (...line) => appendFileSync(output, `${format(...line)}\n`);

/** Called by VS Code. Rejects if a test failed. */
export function run(): Promise<void> {
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} failing`))));
    runner.on('fail', (test, error: NodeJS.ErrnoException) => {
      // At once, because the summary is never printed if the window is gone before the end.
      Mocha.reporters.Base.consoleLog(`"${test.fullTitle()}" failed: ${error.stack ?? error.message}`);
      // A cause that makes one test hang makes those after it hang as well, each for as long.
      if (error.code === 'ERR_MOCHA_TIMEOUT') runner.abort();
    });
  });
}
