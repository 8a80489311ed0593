import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisProcess } from '../../src/jobs/this-process.ts';
import type { Manifest } from '../../src/runs/manifest.ts';
import { createRun, journalPath, openRun, runsFolder, type RunWriter } from '../../src/runs/run-directory.ts';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';

const CONCURRENT = 20;

describe('Runs view', () => {
  const session = useSession();
  const running: RunWriter[] = [];

  /** A run of the project, as the runner makes one. */
  function newRun(name: string): string {
    const { folder } = session();
    const manifest: Omit<Manifest, 'id' | 'version'> = {
      kind: 'train',
      name,
      createdAt: Date.now(),
      folder,
      specs: [],
      options: { training: name },
      seeds: [1],
      versions: {},
      machine: { cpu: 'test', cores: 1, memory: 1 },
    };
    return createRun(runsFolder(folder), manifest);
  }

  /** The text that the view shows for a run, once it shows that. */
  async function shown(text: RegExp): Promise<string> {
    const row = await session().workbench.row('Runs', text);
    await row.waitFor();
    return row.innerText();
  }

  before(async () => {
    const { workbench } = session();
    await workbench.openSidebar();
    await workbench.collapse('Specifications');
    await workbench.collapse('Cluster');
  });
  afterEach(() => {
    for (const run of running.splice(0)) run.close();
  });

  it(`The Runs view lists ${CONCURRENT} concurrent runs, each with its progress`, async () => {
    for (let i = 1; i <= CONCURRENT; i++) {
      const run = openRun(newRun(`concurrent-${i}`), thisProcess());
      run.begin('train', [1]);
      run.journal.append('phase', { phase: 'training', state: 'started' });
      running.push(run);
    }
    const rows = (await session().workbench.rows('Runs')).filter({ hasText: /concurrent-\d+.*Training/ });
    await eventually('all are listed', async () => (await rows.count()) === CONCURRENT);
    running.forEach((run, i) =>
      writeFileSync(
        join(run.directory, 'progress.json'),
        JSON.stringify({ done: i + 1, total: 100, unit: 'steps', what: 'training' }),
      ),
    );
    await eventually('each shows how far it is', async () => {
      const texts = await rows.allInnerTexts();
      return running.every((_, i) =>
        texts.some((text) => text.includes(`concurrent-${i + 1}`) && text.includes(`Training ${i + 1} %`)),
      );
    });
    const badges = await session().page.locator('.part.activitybar .badge-content').allInnerTexts();
    assert.ok(badges.includes(String(CONCURRENT)), `the icon counts them: ${badges.join(' ')}`);
  });

  it('The Runs view shows that a run whose process has gone can be resumed', async () => {
    const directory = newRun('left-behind');
    const run = openRun(directory, thisProcess());
    run.begin('train', [1]);
    const lease = readFileSync(join(directory, 'lease.json'), 'utf8');
    run.close();
    writeFileSync(
      join(directory, 'lease.json'),
      JSON.stringify({ ...JSON.parse(lease), pid: 2 ** 22, processStart: '1' }),
    );
    await shown(/left-behind.*interrupted/);
  });

  it('The Runs view shows a run of another version as such', async () => {
    const directory = newRun('from-the-future');
    const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as object;
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ ...manifest, version: 99 }));
    await shown(/from-the-future.*other version/);
  });

  it('The Runs view shows a corrupt run as unreadable', async () => {
    const directory = newRun('corrupt');
    writeFileSync(join(directory, 'manifest.json'), '{"version": 1, "id"');
    await shown(/-corrupt.*unreadable/);
  });

  it('The Runs view shows what is readable of a run with a corrupt journal', async () => {
    const directory = newRun('half-corrupt');
    const run = openRun(directory, thisProcess());
    running.push(run);
    run.begin('train', [1]);
    appendFileSync(journalPath(directory), 'not JSON\n');
    run.journal.append('phase', { phase: 'training', state: 'started' });
    // The last line is just being written.
    appendFileSync(journalPath(directory), '{"seq":3,"t":1,"type":"itera');
    await shown(/half-corrupt.*Training/);
  });

  it('The Runs view shows a run that is just being made as such', async () => {
    const directory = join(runsFolder(session().folder), '20300101-000000-train-unborn');
    mkdirSync(directory);
    // As long as somebody writes into it, it is new.
    await eventually('it is shown', async () => {
      utimesSync(directory, new Date(), new Date());
      const row = await session().workbench.row('Runs', /unborn/);
      return (await row.innerText({ timeout: 1_000 })).includes('being made');
    });
  });
});
