import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/hosts/cli/program.ts';
import { completeOptions, flagsOf, optionsOfRun } from '../../../src/jobs/options/check-options.ts';
import { flagOf, givableOptionsOf, type JobKind } from '../../../src/jobs/options/job-table.ts';
import { newRun } from '../../../src/jobs/starting/new-run.ts';
import { startRun } from '../../../src/jobs/starting/start.ts';
import { JOB_KINDS } from '../../../src/runs/job-kinds.ts';
import { readManifest, writeManifest, type Manifest } from '../../../src/runs/manifest.ts';
import { generatedFiles } from '../../../tools/job-tables.ts';
import { cli, copySmallSample, root, RUNNER } from '../hosts/cli-helpers.ts';
import { useFolder } from '../runs/helpers.ts';

/** Invalid values, as JSON and as a text of the command line, and the one sentence about each. */
const WRONG: readonly (readonly [JobKind, string, string | number, string])[] = [
  [
    'transfer',
    'upTo',
    'moon',
    'Option "upTo" (--up-to) cannot be "moon". It must be one of plan, shadow, floor, canary, full.',
  ],
  ['train', 'backend', 'foo', 'Option "backend" cannot be "foo". It must be one of auto, wasm, tfjs, tfjs-gpu.'],
  ['train', 'steps', -1, 'Option "steps" cannot be -1. It must be a whole number from 1 on.'],
  ['train', 'steps', 0, 'Option "steps" cannot be 0. It must be a whole number from 1 on.'],
  ['train', 'steps', 1.5, 'Option "steps" cannot be 1.5. It must be a whole number from 1 on.'],
  ['train', 'steps', 'many', 'Option "steps" cannot be "many". It must be a whole number from 1 on.'],
  ['train', 'cores', 0, 'Option "cores" cannot be 0. It must be a whole number from 1 on.'],
  [
    'fit',
    'twin',
    'perfect',
    'Option "twin" cannot be "perfect". It must be one of calibrated, recorded-then-mlp, emulator.',
  ],
  ['evaluate', 'on', 'mars', 'Option "on" cannot be "mars". It must be one of emulator, cluster.'],
  ['evaluate', 'planned', -1, 'Option "planned" cannot be -1. It must be a whole number from 0 on.'],
  [
    'evaluate',
    'tuningEpisodes',
    0,
    'Option "tuningEpisodes" (--tuning-episodes) cannot be 0. It must be a whole number from 1 on.',
  ],
  ['collect', 'hours', 0, 'Option "hours" cannot be 0. It must be a number above 0.'],
  ['collect', 'exploration', 1.5, 'Option "exploration" cannot be 1.5. It must be a number from 0 to 1.'],
  ['transfer', 'pace', '', 'Option "pace" cannot be "". It must be a number from 0 on.'],
];

/** Runs the command line in this process and returns what it prints on stderr. */
async function told(args: readonly string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (chunk: string | Uint8Array) => ((text += String(chunk)), true);
  try {
    return { code: await runCommandLine(args), text };
  } finally {
    process.stderr.write = write;
  }
}

describe('the options of jobs', () => {
  const folder = useFolder();

  for (const [kind, name, value, sentence] of WRONG)
    it(`The job ${kind} refuses ${name} ${JSON.stringify(value)} with the same sentence in a request and on the command line`, async () => {
      const options = { [name]: value };
      assert.throws(() => completeOptions(kind, options), { name: 'UsageError', message: sentence });
      const answer = await startRun(JSON.stringify({ kind, folder: folder(), options }), 0);
      assert.deepEqual(answer, { error: sentence, problems: [] });
      const { code, text } = await told([kind, folder(), flagOf(name), String(value)]);
      assert.deepEqual([code, text], [2, `error: ${sentence}\n`]);
    });

  it('The built runner and the built command line check options before they create anything', async () => {
    copySmallSample(folder());
    const [kind, name, value, sentence] = WRONG[0];
    const request = JSON.stringify({ kind, folder: folder(), options: { [name]: value } });
    const started = spawnSync(process.execPath, [RUNNER, 'start', request], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(started.stdout), { error: sentence, problems: [] });
    assert.equal(started.status, 1);
    const run = await cli([kind, folder(), flagOf(name), String(value), '--json'], folder());
    assert.deepEqual([run.code, run.stdout], [2, `${JSON.stringify({ type: 'error', message: sentence })}\n`]);
  });

  it('A job refuses an option that it does not have, and one that nobody may give', () => {
    assert.throws(
      () => completeOptions('fit', { moon: 1 }),
      /The job "fit" has no option "moon": it has traces, twin, /,
    );
    assert.throws(() => completeOptions('run', { before: '/policies' }), /The job "run" has no option "before"/);
  });

  it('A manifest of another version with unknown options is refused in a sentence that names the version', async () => {
    copySmallSample(folder());
    const { directory } = await newRun({
      kind: 'train',
      folder: folder(),
      options: completeOptions('train', {}),
      seeds: [1],
      now: 0,
    });
    const manifest = readManifest(directory);
    const change = (options: Manifest['options']) =>
      writeManifest(directory, { ...manifest, versions: { 'karma-mas': '0.0.9' }, options });
    change({ ...manifest.options, curriculum: 'steep' });
    const unknown = await cli(['runs', 'resume', 'latest', '-d', folder()], folder());
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.stderr,
      /^error: This run was made by version 0\.0\.9 of karma-mas, .*"train" has no option "curriculum"\. Use that version, or start a new run\.$/m,
    );
    change({ ...manifest.options, backend: 'foo' });
    assert.throws(() => optionsOfRun(readManifest(directory), 'train'), /"backend" cannot be "foo"/);
    // Options that are newer than the run take their defaults.
    change({ training: 'in-emulator' });
    assert.deepEqual(optionsOfRun(readManifest(directory), 'train'), {
      training: 'in-emulator',
      cores: 0,
      steps: 0,
      twin: '',
      backend: '',
    });
  });

  it('The options of a run give the command line that repeats it', () => {
    const options = completeOptions('transfer', { upTo: 'plan', dryRun: true, pace: 0, policies: 'abc' });
    assert.equal(
      flagsOf('transfer', options).join(' '),
      '--policies abc --up-to plan --full-for 3600 --dry-run --pace 0',
    );
  });
});

describe('the table of jobs', () => {
  it('package.json, package.nls.json and docs/jobs.md agree with the table of jobs (node tools/job-tables.ts writes them)', async () => {
    for (const [path, content] of await generatedFiles())
      assert.equal(readFileSync(join(root, path), 'utf8'), content, `${path} is not up to date`);
  });

  it('Each option in the table of jobs is in the help, in requests, in tasks and in the docs', async () => {
    const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      contributes: { taskDefinitions: { properties: { options: { properties: Record<string, object> } } }[] };
    };
    const inTasks = contributes.taskDefinitions[0].properties.options.properties;
    const page = readFileSync(join(root, 'docs', 'jobs.md'), 'utf8');
    for (const kind of JOB_KINDS) {
      const { stdout: help } = await cli([kind, '--help'], root);
      const [, section] = page.split(`\n## ${kind}\n`);
      const complete = completeOptions(kind, {});
      for (const [name] of givableOptionsOf(kind)) {
        assert.match(help, new RegExp(` ${flagOf(name)}( |$)`, 'm'), `help of ${kind}`);
        assert.ok(name in complete, `defaults of ${kind} ${name}`);
        assert.ok(name in inTasks || name === 'training', `tasks of ${kind} ${name}`);
        assert.ok(section.split('\n## ')[0].includes(`| \`${name}\` `), `docs of ${kind} ${name}`);
      }
    }
  });
});
