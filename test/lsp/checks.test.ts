import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Checks, type Stage } from '../../src/language-server/checks.ts';
import { Project } from '../../src/language-server/projects.ts';

describe('when projects are checked', () => {
  let clock = 0;
  let cost: Record<Stage, number>;
  let made: Stage[] = [];
  let checks: Checks;
  const project = new Project('file:///x', '/x');
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const pause = async (milliseconds: number): Promise<void> => {
    await turn();
    mock.timers.tick(milliseconds);
    await turn();
  };
  /** So that the times of each stage are known. */
  const learn = async (): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      checks.request(project);
      await pause(230);
    }
    made = [];
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    made = [];
    checks = new Checks(
      (_, stage) => {
        made.push(stage);
        clock += cost[stage];
      },
      () => clock,
    );
  });
  afterEach(() => {
    checks.forget(project);
    mock.timers.reset();
  });

  it('a quick one is made at once and in full', async () => {
    cost = { texts: 1, loaded: 5, full: 15 };
    await learn();
    checks.request(project);
    await turn();
    assert.deepEqual(made, ['full']);
  });

  it('of a slow one the part that is quick is made at once, and the rest after a pause', async () => {
    cost = { texts: 1, loaded: 5, full: 50 };
    await learn();
    checks.request(project);
    await turn();
    assert.deepEqual(made, ['loaded']);
    await pause(260);
    assert.deepEqual(made, ['loaded', 'full']);
  });

  it('where only the texts are quick, they come first; where nothing is, all waits', async () => {
    cost = { texts: 5, loaded: 50, full: 500 };
    await learn();
    checks.request(project);
    await turn();
    assert.deepEqual(made, ['texts']);
    await pause(260);
    assert.deepEqual(made, ['texts', 'loaded', 'full']);
    cost = { texts: 50, loaded: 60, full: 500 };
    await learn();
    checks.request(project);
    await turn();
    assert.deepEqual(made, []);
    await pause(260);
    assert.deepEqual(made, ['loaded', 'full']);
  });

  it('a newer change takes the place of an older one, at once and in the pause', async () => {
    cost = { texts: 1, loaded: 5, full: 50 };
    await learn();
    for (let i = 0; i < 10; i++) checks.request(project);
    await turn();
    assert.deepEqual(made, ['loaded']);
    for (let i = 0; i < 4; i++) {
      checks.request(project);
      await pause(60);
    }
    assert.equal(made.includes('full'), false);
    await pause(260);
    assert.equal(made.filter((stage) => stage === 'full').length, 1);
  });

  it('one that was slow by chance does not count', async () => {
    cost = { texts: 1, loaded: 5, full: 15 };
    await learn();
    cost.full = 500;
    checks.request(project);
    await turn();
    cost.full = 15;
    checks.request(project);
    await turn();
    assert.deepEqual(made, ['full', 'full']);
  });
});
