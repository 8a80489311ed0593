import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isPaused,
  isTouched,
  originalOf,
  ORIGINAL_ANNOTATION,
  pausedHpa,
  restoredHpa,
  withMinimum,
} from '../../../../src/cluster/kubernetes/writing/hpa-edits.ts';
import type { Hpa, HpaSpec } from '../../../../src/cluster/kubernetes/client/objects.ts';

const rules = fc.option(
  fc.record(
    {
      selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
      stabilizationWindowSeconds: fc.nat(600),
      policies: fc.array(
        fc.record({ type: fc.constantFrom('Pods', 'Percent'), value: fc.nat(9), periodSeconds: fc.nat(60) }),
      ),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
/** As a server stores it: behavior is complete or absent. */
const spec: fc.Arbitrary<HpaSpec> = fc
  .record({
    min: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    max: fc.integer({ min: 5, max: 20 }),
    up: rules,
    down: rules,
  })
  .map(({ min, max, up, down }) => ({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
    ...(min === undefined ? {} : { minReplicas: min }),
    maxReplicas: max,
    metrics: [{ type: 'Resource' }],
    ...(up || down
      ? { behavior: { scaleUp: { selectPolicy: 'Max', ...up }, scaleDown: { selectPolicy: 'Max', ...down } } }
      : {}),
  }))
  .map((of) => JSON.parse(JSON.stringify(of)) as HpaSpec);
const steps = fc.array(fc.oneof(fc.constant('pause' as const), fc.integer({ min: 1, max: 5 })), { maxLength: 6 });
const hpaOf = (of: HpaSpec, annotations?: Record<string, string>): Hpa => ({
  metadata: { name: 'a-hpa', ...(annotations ? { annotations } : {}) },
  spec: of,
});

describe('Edits of an HPA', () => {
  it('Edits of an HPA are undone without a trace, whatever their order', () => {
    fc.assert(
      fc.property(spec, steps, fc.boolean(), (before, edits, lost) => {
        const start = hpaOf(before, { mine: 'stays' });
        const kept = originalOf(start).spec;
        let hpa = start;
        for (const edit of edits) {
          hpa = edit === 'pause' ? pausedHpa(hpa) : withMinimum(hpa, edit);
          // It goes to the server and back, which completes what it was given.
          hpa = JSON.parse(JSON.stringify(hpa)) as Hpa;
          if (hpa.spec.behavior && !before.behavior) completeRules(hpa);
          assert.deepEqual(originalOf(hpa).spec, before);
        }
        const found = lost ? hpaOf(hpa.spec, { mine: 'stays' }) : hpa;
        const restored = restoredHpa(found, kept);
        assert.deepEqual(restored.spec, before);
        assert.deepEqual(restored.metadata.annotations, { mine: 'stays' });
      }),
    );
  });

  it('Edits of an HPA are seen on the object', () => {
    fc.assert(
      fc.property(spec, (before) => {
        const hpa = hpaOf(before);
        assert.ok(isPaused(pausedHpa(hpa).spec));
        assert.ok(isTouched(pausedHpa(hpa), before) && isTouched(withMinimum(hpa, 3), before));
        assert.equal(isTouched(hpa, before), isPaused(before));
      }),
    );
  });

  it('An original that is no JSON counts as none', () => {
    const before = hpaOf({ scaleTargetRef: { kind: 'Deployment', name: 'a' }, maxReplicas: 3 });
    for (const text of ['', '{', 'null', '{"maxReplicas":9}']) {
      const hpa = hpaOf(before.spec, { [ORIGINAL_ANNOTATION]: text });
      assert.deepEqual(originalOf(hpa).spec, before.spec);
    }
  });
});

function completeRules(hpa: Hpa): void {
  for (const set of [hpa.spec.behavior!.scaleUp!, hpa.spec.behavior!.scaleDown!])
    Object.assign(set, { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] });
}
