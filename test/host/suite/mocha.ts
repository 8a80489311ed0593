/**
 * Mocha inside the extension host. Imported before the test files, which call its `describe` and `it` as they load.
 * run.ts gives, by the environment: KARMA_TEST_OUTPUT, the file that the results go to, and KARMA_TEST_GREP.
 */
import { appendFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';

const { KARMA_TEST_OUTPUT: output, KARMA_TEST_GREP: grep } = process.env;
const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', timeout: 600_000, color: false, ...(grep && { grep }) });
mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, 'karma-mas', mocha);
if (output) Mocha.reporters.Base.consoleLog = (...line) => appendFileSync(output, `${format(...line)}\n`);

/** Called by VS Code. Rejects where a test failed. */
export function run(): Promise<void> {
  return new Promise((resolve, reject) => {
    mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} failing`))));
  });
}
