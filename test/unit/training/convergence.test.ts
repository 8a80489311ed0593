import assert from 'node:assert/strict';
import { Convergence } from '../../../src/training/convergence.ts';

describe('convergence rule', () => {
  const rule = { window: 4, std: 0.1, mean: 0.8 };
  const after = (...returns: number[]): boolean => {
    const convergence = new Convergence(rule, 1);
    for (const value of returns) {
      convergence.addStep(Float64Array.of(value));
      convergence.endEpisode(0);
    }
    return convergence.converged;
  };

  it('Convergence needs a whole window of episodes', () => assert.equal(after(0.9, 0.9, 0.9), false));
  it('High and steady returns count as converged', () => assert.equal(after(0.9, 0.9, 0.91, 0.9), true));
  it('Low returns do not count as converged', () => assert.equal(after(0.7, 0.7, 0.7, 0.7), false));
  it('Unsteady returns do not count as converged', () => assert.equal(after(0.6, 1.2, 0.6, 1.2), false));
  it('Episodes before the window do not count for convergence', () =>
    assert.equal(after(0, 0, 0.9, 0.9, 0.9, 0.9), true));
});
