import assert from 'node:assert/strict';
import type { KubernetesCluster } from '../../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import type { Finding } from '../../../../src/cluster/live/preflight.ts';
import { planLines } from '../../../../src/transferring/plan-text.ts';
import type { KubeObject } from '../../../fake-kubernetes/api-server.ts';
import { hpa, hpas, deployments, NAMESPACE, SERVICES, type FakeCluster } from '../../../fake-kubernetes/namespace.ts';
import { signal } from './refused.ts';
import { useConnectedCluster } from './connected.ts';

const inNamespace = (group: string, resource: string): string => `/apis/${group}/namespaces/${NAMESPACE}/${resource}`;
const core = (resource: string): string => `/api/v1/namespaces/${NAMESPACE}/${resource}`;
const DISABLED = { scaleUp: { selectPolicy: 'Disabled' }, scaleDown: { selectPolicy: 'Disabled' } };

describe('The preflight of a transfer', () => {
  const connected = useConnectedCluster();
  let fake: FakeCluster;
  let cluster: KubernetesCluster;
  beforeEach(() => ({ fake, cluster } = connected()));

  const findings = async (): Promise<readonly Finding[]> => (await cluster.preflight(signal)).findings;
  const only = async (): Promise<Finding> => {
    const all = await findings();
    assert.equal(all.length, 1, JSON.stringify(all));
    return all[0];
  };

  it('The preflight finds nothing in a fine namespace, and changes nothing', async () => {
    assert.deepEqual(await findings(), []);
    assert.deepEqual(fake.api.writes, []);
  });

  it('The preflight finds nothing where KEDA and the vertical autoscaler are not installed', async () => {
    fake.api.fault = ({ group }) =>
      group === 'keda.sh' || group === 'autoscaling.k8s.io'
        ? { status: 404, message: 'the server could not find the requested resource', reason: 'NotFound' }
        : undefined;
    assert.deepEqual(await findings(), []);
  });

  it('The preflight says what it could not look at', async () => {
    fake.api.fault = ({ group }) => (group === 'keda.sh' ? { status: 500, message: 'oh' } : undefined);
    const { severity, code, message } = await only();
    assert.deepEqual([severity, code], ['warns', 'notChecked']);
    assert.match(message, /^ScaledObjects of KEDA could not be looked at/);
  });

  it('The preflight names a Deployment that is not there', async () => {
    fake.api.delete(`${deployments}/c`);
    const { severity, code, service } = await only();
    assert.deepEqual([severity, code, service], ['blocks', 'missingDeployment', 'c']);
  });

  it('The preflight names a service without an HPA, with several, with a paused one and with one left by a transfer', async () => {
    fake.api.delete(`${hpas}/a-hpa`);
    const second = hpa(SERVICES[1]);
    second.metadata.name = 'b-second';
    fake.api.put(hpas, second);
    fake.api.put(hpas, hpa(SERVICES[2], { behavior: DISABLED }));
    await cluster.observe(signal);
    await cluster.write({ type: 'pauseHpa', service: 'd' }, { dryRun: false, signal });
    const all = await findings();
    assert.deepEqual(
      all.map(({ severity, code, service }) => [severity, code, service]),
      [
        ['blocks', 'severalHpas', 'b'],
        ['warns', 'missingHpa', 'a'],
        ['warns', 'hpaPausedByOthers', 'c'],
        ['warns', 'hpaLeftByTransfer', 'd'],
      ],
    );
  });

  it('The preflight finds what KEDA scales: by its ScaledObject, or by the owner of the HPA where those cannot be listed', async () => {
    const scaledObject: KubeObject = {
      metadata: { name: 'a-scaler', namespace: NAMESPACE },
      spec: { scaleTargetRef: { name: 'a' } },
    };
    const path = inNamespace('keda.sh/v1alpha1', 'scaledobjects');
    fake.api.put(path, scaledObject);
    assert.match((await only()).message, /^KEDA scales a \(ScaledObject a-scaler\).*paused=true/);
    fake.api.put(path, {
      ...scaledObject,
      metadata: { ...scaledObject.metadata, annotations: { 'autoscaling.keda.sh/paused': 'true' } },
    });
    assert.deepEqual(await findings(), [], 'a paused one does no harm');
    fake.api.delete(`${path}/a-scaler`);
    const owned = hpa(SERVICES[1]);
    owned.metadata.ownerReferences = [{ kind: 'ScaledObject', name: 'b-scaler' }];
    fake.api.put(hpas, owned);
    fake.api.forbidden = ({ resource }) => resource === 'scaledobjects';
    const blocks = (await findings()).filter(({ severity }) => severity === 'blocks');
    assert.deepEqual(
      blocks.map(({ code, service }) => [code, service]),
      [['kedaScaledObject', 'b']],
    );
  });

  it('The preflight finds a vertical autoscaler that acts, not one that recommends', async () => {
    const vertical = (updateMode: string): KubeObject => ({
      metadata: { name: 'a-vpa', namespace: NAMESPACE },
      spec: { targetRef: { kind: 'Deployment', name: 'a' }, updatePolicy: { updateMode } },
    });
    const path = inNamespace('autoscaling.k8s.io/v1', 'verticalpodautoscalers');
    fake.api.put(path, vertical('Off'));
    assert.deepEqual(await findings(), []);
    fake.api.put(path, vertical('Auto'));
    assert.deepEqual([(await only()).code, (await only()).service], ['verticalPodAutoscaler', 'a']);
  });

  it('The preflight compares quotas and limits with what all replicas need', async () => {
    const quota = (hard: Record<string, string>): KubeObject => ({
      metadata: { name: 'team', namespace: NAMESPACE },
      status: { hard, used: { pods: '6', 'requests.cpu': '3100m' } },
    });
    // Missing to the most: a 3, b 1, c 3, d 5 pods, which request 1500 + 400 + 1800 + 3500 = 7200 millicores.
    fake.api.put(core('resourcequotas'), quota({ pods: '18', 'requests.cpu': '10300m', 'count/secrets': '1' }));
    assert.deepEqual(await findings(), []);
    fake.api.put(core('resourcequotas'), quota({ pods: '17', 'requests.cpu': '10' }));
    assert.deepEqual(
      (await findings()).map(({ message }) => /leaves (.*) of (.*), and .* need (.*) more/.exec(message)!.slice(1)),
      [
        ['11', 'pods', '12'],
        ['6.9', 'requests.cpu', '7.2'],
      ],
    );
    fake.api.delete(`${core('resourcequotas')}/team`);
    fake.api.put(core('limitranges'), {
      metadata: { name: 'small', namespace: NAMESPACE },
      spec: { limits: [{ type: 'Container', max: { cpu: '650m' } }] },
    });
    const limit = await only();
    assert.deepEqual([limit.code, limit.service], ['limitRangeTooSmall', 'd']);
  });

  it('The preflight says who holds the lease, while it counts', async () => {
    const lease = (renewed: number): KubeObject => ({
      metadata: { name: 'karma-mas', namespace: NAMESPACE },
      spec: {
        holderIdentity: 'pod-1',
        renewTime: new Date(renewed).toISOString().replace('Z', '000Z'),
        leaseDurationSeconds: 15,
      },
    });
    const path = inNamespace('coordination.k8s.io/v1', 'leases');
    fake.api.put(path, lease(Date.now() - 60_000));
    assert.deepEqual(await findings(), []);
    fake.api.put(path, lease(Date.now()));
    assert.match((await only()).message, /^pod-1 writes to this namespace now/);
    // By the server's clock, not by ours.
    fake.api.skew = 600;
    await cluster.observe(signal);
    fake.api.put(path, lease(Date.now() + 600_000));
    assert.equal((await only()).code, 'leaseHeld');
  });

  it('The preflight is printed with the plan, as a diff', async () => {
    fake.api.delete(`${deployments}/c`);
    const lines = planLines(
      [
        { stage: 'shadow', changes: [] },
        {
          stage: 'canary',
          changes: [
            { service: 'b', change: 'HPA active -> paused', refused: '' },
            { service: 'b', change: 'replicas 2 -> 3', refused: 'exceeded quota' },
          ],
        },
      ],
      await cluster.preflight(signal),
    );
    assert.match(lines[0], /^rights: (\d+) of \1 granted$/);
    assert.match(lines[1], /^! There is no Deployment c/);
    assert.deepEqual(lines.slice(2), [
      'stage shadow: writes nothing now',
      'stage canary:',
      '  ~ b: HPA active -> paused',
      '  x b: replicas 2 -> 3 (exceeded quota)',
    ]);
  });

  it('The preflight rejects where the server does not answer', async () => {
    fake.api.fault = () => 'cut';
    await assert.rejects(cluster.preflight(signal), { name: 'ClusterError', reason: 'unreachable' });
  });
});
