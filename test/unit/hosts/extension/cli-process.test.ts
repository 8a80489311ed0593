import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, type CliResult } from '../../../../src/hosts/extension/command-line/cli-process.ts';

describe('The command line as the extension starts it', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'karma-cli-'))));
  after(() => rmSync(folder, { recursive: true }));

  function start(script: string, signal = new AbortController().signal) {
    const program = join(folder, 'program.mjs');
    writeFileSync(program, script);
    const results: CliResult[] = [];
    const node = { path: process.execPath, env: { KARMA_TEST: 'set' } };
    const done = runCli(['one', 'two'], {
      node,
      program,
      env: { KARMA_MORE: 'too' },
      signal,
      onResult: (result) => results.push(result),
    });
    return { done, results };
  }
  const print = (value: string) => `process.stdout.write(JSON.stringify(${value}) + '\\n');`;

  it('The command line gets its arguments and its environment, and its results come line by line', async () => {
    const { done, results } = start(
      print(`{ type: 'plan', args: process.argv.slice(2), env: [process.env.KARMA_TEST, process.env.KARMA_MORE] }`),
    );
    await done;
    assert.deepEqual(results, [{ type: 'plan', args: ['--json', 'one', 'two'], env: ['set', 'too'] }]);
  });

  it('A command line that fails rejects with its last sentence, or else with what it printed', async () => {
    const failed = start(`${print(`{ type: 'error', message: 'Needs verb patch.' }`)} process.exitCode = 3;`);
    await assert.rejects(failed.done, /^Error: Needs verb patch\.$/);
    assert.deepEqual(failed.results, []);
    await assert.rejects(start(`process.stderr.write('died'); process.exitCode = 1;`).done, /^Error: died$/);
  });

  it('Lines of the command line that are not results are left out, and explain its failure if nothing else does', async () => {
    const foreign = `console.log('(node:1) Warning: x'); console.log('5'); console.log('null'); console.log('{"kind":1}');`;
    const { done, results } = start(`${foreign} ${print(`{ type: 'plan' }`)} console.log('{"type":');`);
    await done;
    assert.deepEqual(results, [{ type: 'plan' }]);
    await assert.rejects(start(`${foreign} process.exitCode = 2;`).done, /Warning: x/);
  });

  it('A command line that is canceled is asked to stop and may still say what it has done', async () => {
    const cancel = new AbortController();
    const running = start(
      `process.on('SIGINT', () => { ${print(`{ type: 'message' }`)} process.exit(130); });
       setInterval(() => undefined, 1000); ${print(`{ type: 'plan' }`)}`,
      cancel.signal,
    );
    while (running.results.length === 0) await new Promise((resolve) => setImmediate(resolve));
    cancel.abort();
    await running.done;
    assert.deepEqual(
      running.results.map(({ type }) => type),
      ['plan', 'message'],
    );
  });
});
