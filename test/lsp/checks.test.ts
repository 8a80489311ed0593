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
  /** Requests enough checks for the time of each stage to be known. */
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

  it('A quick check of a project runs at once and in full', async () => {
    cost = { texts: 1, loaded: 5, full: 15 };
    await learn();
    checks.request(project);
    await turn();
    assert.deepEqual(made, ['full']);
  });

  it('A slow check of a project runs its quick stages at once and the rest after a pause', async () => {
    cost = { texts: 1, loaded: 5, full: 50 };
    await learn();
    checks.request(project);
    await turn();
    assert.deepEqual(made, ['loaded']);
    await pause(260);
    assert.deepEqual(made, ['loaded', 'full']);
  });

  it('The texts of a project are checked first when only that is quick, and every stage waits when none is', async () => {
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

  it('A newer change replaces the check of an older one, both the immediate and the delayed part', async () => {
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

  it('A check that was slow once by chance still counts as quick', async () => {
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
