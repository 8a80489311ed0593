import assert from 'node:assert/strict';
import {
  combineRecommendations,
  limitReplicas,
  lowerLimit,
  replicasForUtilization,
  stabilize,
  UNKNOWN,
  upperLimit,
} from '../../../../src/cluster/hpa/rules.ts';
import { DEFAULT_HPA, type ScalingRules } from '../../../../src/cluster/hpa/settings.ts';

interface Pods {
  current?: number;
  ready: number;
  unready?: number;
  missing?: number;
  utilization: number;
  target?: number;
  tolerance?: number;
}

function desired(pods: Pods): number {
  const { ready, unready = 0, missing = 0, utilization, target = 0.5, tolerance = 0.1 } = pods;
  const current = pods.current ?? ready + unready + missing;
  return replicasForUtilization(current, utilization, ready, unready, missing, target, tolerance);
}

describe('HPA: desired = ceil(pods * metric / target)', () => {
  it('Replicas double at twice the target and halve at half of it (documentation, algorithm details)', () => {
    assert.equal(desired({ ready: 3, utilization: 2, target: 1 }), 6);
    assert.equal(desired({ ready: 4, utilization: 0.5, target: 1 }), 2);
  });

  it('Recommended replicas are rounded up', () => {
    assert.equal(desired({ ready: 3, utilization: 0.6 }), 4);
    assert.equal(desired({ ready: 5, utilization: 0.3, target: 0.8 }), 2);
  });

  it('A whole number of replicas is not rounded up for a rounding error', () => {
    // 0.7 * 3 / 0.3 is 7.000000000000001 in floating point.
    assert.equal(desired({ ready: 3, utilization: 0.7, target: 0.3 }), 7);
  });

  it('Nothing changes within the tolerance, its edge included', () => {
    for (const utilization of [0.45, 0.5, 0.55]) assert.equal(desired({ ready: 10, utilization }), 10);
    assert.equal(desired({ ready: 10, utilization: 0.56 }), 12);
    assert.equal(desired({ ready: 10, utilization: 0.44 }), 9);
    assert.equal(desired({ ready: 10, utilization: 0.51, tolerance: 0 }), 11);
  });

  it('Pods that are not ready yet count as using nothing where replicas would grow', () => {
    // 2 ready at 90 % of a target of 30 %: 3 times, over 3 pods twice.
    assert.equal(desired({ ready: 2, unready: 1, utilization: 0.9, target: 0.3 }), 6);
    // One ready pod at 120 % of target, one not ready: the average falls below the target, so nothing changes.
    assert.equal(desired({ ready: 1, unready: 1, utilization: 0.6 }), 2);
    // The average falls within the tolerance.
    assert.equal(desired({ ready: 2, unready: 1, utilization: 0.75 }), 3);
  });

  it('Pods that are not ready yet are left out where replicas would shrink', () => {
    // 4 ready at 40 % of the target need 2 pods; one starting does not count.
    assert.equal(desired({ ready: 4, unready: 1, utilization: 0.2 }), 2);
  });

  it('Pods without a metric count as using all of their request on the way down', () => {
    // (2 * .1 + 1) / 3 = .4 of .5: 2.4 pods.
    assert.equal(desired({ ready: 2, missing: 1, utilization: 0.1 }), 3);
    assert.equal(desired({ ready: 6, missing: 1, utilization: 0.1 }), 4);
    // The assumption would turn the direction.
    assert.equal(desired({ ready: 1, missing: 1, utilization: 0.3 }), 2);
  });

  it('Pods without a metric count as using nothing on the way up', () => {
    assert.equal(desired({ ready: 3, missing: 1, utilization: 1 }), 6);
    assert.equal(desired({ ready: 1, missing: 1, utilization: 0.9 }), 2);
  });

  it('Pods without a metric leave replicas alone where the rest meets the target', () => {
    assert.equal(desired({ ready: 2, missing: 2, utilization: 0.5 }), 4);
  });

  it('Assumptions about missing pods never turn the direction of a change', () => {
    // 2 of 6 pods are known, at three times the target: 6 of the counted pods would be no growth from 8.
    assert.equal(desired({ current: 8, ready: 2, missing: 1, utilization: 1 }), 8);
  });

  it('There is no recommendation without a metric of any ready pod', () => {
    assert.equal(desired({ ready: 0, unready: 3, utilization: 0 }), UNKNOWN);
    assert.equal(desired({ ready: 2, utilization: NaN }), UNKNOWN);
  });
});

describe('HPA: several metrics', () => {
  it('The largest recommendation of several metrics counts', () => {
    assert.equal(combineRecommendations(4, 3, 7), 7);
    assert.equal(combineRecommendations(4, 3, 2), 3);
  });

  it('Where one metric is unknown replicas may grow and not shrink; where all are, nothing changes', () => {
    assert.equal(combineRecommendations(4, UNKNOWN, 7), 7);
    assert.equal(combineRecommendations(4, 2, UNKNOWN), 4);
    assert.equal(combineRecommendations(4, UNKNOWN, UNKNOWN), 4);
  });
});

describe('HPA: stabilization', () => {
  it('Stabilization moves to the nearest replicas that the whole window recommends', () => {
    assert.equal(stabilize(5, 3, 4), 4, 'down to the highest');
    assert.equal(stabilize(5, 7, 9), 7, 'up to the lowest');
    assert.equal(stabilize(5, 4, 8), 5, 'nothing that the windows agree on');
  });
});

const rules = (
  policies: ScalingRules['policies'],
  selectPolicy: ScalingRules['selectPolicy'] = 'Max',
): ScalingRules => ({
  stabilizationSeconds: 0,
  policies,
  selectPolicy,
});
const none = (): number => 0;
const four = { type: 'Pods', value: 4, periodSeconds: 60 } as const;
const tenPercent = { type: 'Percent', value: 10, periodSeconds: 60 } as const;

describe('HPA: scaling policies', () => {
  it('Policies of 4 pods or 10 % a minute allow whichever is more (the documentation’s example)', () => {
    const down = rules([four, tenPercent]);
    // 80 replicas: 8 by percent; at 40 and below 4 pods are as much or more.
    assert.equal(lowerLimit(80, down, none), 72);
    assert.equal(lowerLimit(72, down, none), 64, '10 % of 72 is 7.2: down to 64.8, rounded down');
    assert.equal(lowerLimit(30, down, none), 26);
    assert.equal(lowerLimit(80, rules([four, tenPercent], 'Min'), none), 76);
  });

  it('By default replicas grow by 100 % or 4 pods a period', () => {
    const { scaleUp, scaleDown } = DEFAULT_HPA;
    assert.equal(upperLimit(1, scaleUp, none), 5);
    assert.equal(upperLimit(10, scaleUp, none), 20);
    assert.equal(lowerLimit(10, scaleDown, none), 0);
  });

  it('What changed within the period of a policy counts against it', () => {
    const up = rules([{ type: 'Pods', value: 4, periodSeconds: 60 }]);
    assert.equal(
      upperLimit(8, up, () => 3),
      9,
    );
    assert.equal(
      upperLimit(8, up, () => 6),
      8,
      'never below the present',
    );
    assert.equal(
      lowerLimit(8, rules([four]), () => -3),
      7,
    );
    assert.equal(
      upperLimit(6, rules([{ type: 'Percent', value: 50, periodSeconds: 60 }]), () => 2),
      6,
    );
  });

  it('A disabled direction does not move', () => {
    assert.equal(upperLimit(5, rules([four], 'Disabled'), none), 5);
    assert.equal(lowerLimit(5, rules([four], 'Disabled'), none), 5);
    assert.equal(upperLimit(5, rules([]), none), 5);
  });

  it('Replicas stay within the bounds and go there at once', () => {
    const { scaleUp, scaleDown } = DEFAULT_HPA;
    const limit = (current: number, wanted: number): number =>
      limitReplicas(current, wanted, 2, 10, scaleUp, scaleDown, none);
    assert.equal(limit(6, 20), 10);
    assert.equal(limit(6, 0), 2);
    assert.equal(limit(12, 12), 10);
    assert.equal(limit(1, 1), 2);
    assert.equal(limit(3, 9), 7);
    assert.equal(limit(6, 6), 6);
  });
});
