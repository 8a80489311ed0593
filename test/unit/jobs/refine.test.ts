/** Tests of runs that refine another run, from the command line. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from '../../../src/evaluating/evaluation.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import { readManifest } from '../../../src/runs/manifest.ts';
import { artifactPath, journalPath, runsFolder } from '../../../src/runs/run-directory.ts';
import { useFolder } from '../runs/helpers.ts';
import { cli, copySmallSample } from '../hosts/cli-helpers.ts';

describe('refine', () => {
  const folder = useFolder();
  const specs = () => join(folder(), 'specs');
  const small = ['--steps', '128', '--seed', '1'];
  const other = ['--steps', '128', '--seeds', '2,3'];
  const judging = ['--episodes', '1', '--tuning', '1', '--planned', '0'];
  const newest = () => join(runsFolder(specs()), readdirSync(runsFolder(specs())).sort().at(-1)!);
  const organization = () => join(specs(), 'organization.karma.yaml');

  it('A refinement trains, analyzes and evaluates by the changed specs, and judges the earlier policies on the same episodes', async () => {
    copySmallSample(specs());
    assert.equal((await cli(['train', 'specs', ...small], folder())).code, 0);
    const trained = newest();
    assert.equal((await cli(['analyze', 'specs', '--seed', '1', '--episodes', '1'], folder())).code, 0);
    const analyzed = newest();
    assert.notEqual(analyzed, trained);
    const text = readFileSync(organization(), 'utf8');
    writeFileSync(organization(), text.replace('name: relief', 'name: helper'));

    const done = await cli(['run', 'specs', '--refines', 'latest', ...other, ...judging], folder());
    assert.equal(done.code, 0, done.stderr);
    const refined = newest();
    const { options } = readManifest(refined);
    // The analysis is in a run of its own: the policies and the twin are those of the training that it looked at.
    assert.equal(options.refines, readManifest(analyzed).id);
    assert.equal(options.before, artifactPath(trained, 'policies'));
    assert.equal(options.twin, '');
    const { events } = readJournal(journalPath(refined));
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'phase' && event.state === 'finished' ? [event.phase] : [])),
      ['training', 'analyzing', 'evaluating'],
    );
    const judged = events.flatMap((event) => (event.type === 'evaluation' ? [event.system] : []));
    assert.ok(judged.includes('KARMA') && judged.includes('KARMA before'), judged.join());
    // One row of values for each training seed.
    const { systems } = JSON.parse(readFileSync(artifactPath(refined, 'evaluation.json'), 'utf8')) as Evaluation;
    const seedsOf = (name: string) => systems.find((system) => system.name === name)!.values.objective.length;
    assert.deepEqual([seedsOf('KARMA'), seedsOf('KARMA before')], [2, 1]);
    const tables = readFileSync(artifactPath(refined, 'evaluation.txt'), 'utf8');
    assert.match(tables, /J minus that of KARMA before/);
    assert.ok(readManifest(refined).specs.some(({ text: copy }) => copy.includes('name: helper')));
    assert.ok(existsSync(join(refined, 'report.html')));
    const command = /karma-mas run [^<]*/.exec(readFileSync(join(refined, 'report.html'), 'utf8'))![0];
    assert.match(command, /--refines /);
    assert.doesNotMatch(command, /--before|--twin/);

    // A refinement can be refined.
    const again = await cli(['run', 'specs', '--refines', 'latest', ...small, ...judging], folder());
    assert.equal(again.code, 0, again.stderr);
    assert.equal(readManifest(newest()).options.before, artifactPath(refined, 'policies'));

    rmSync(artifactPath(trained, 'policies'), { recursive: true });
    const missing = await cli(['run', 'specs', '--refines', readManifest(analyzed).id, ...small], folder());
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /has no policies to refine/);
  });
});
