/** A namespace of many deployments with pods, HPAs and metrics, beside the sample's. */
import type { KubeObject } from './api-server.ts';
import { deployment, hpa, pod, SERVICES, type FakeCluster } from './namespace.ts';
import { answersBy } from './prometheus.ts';

/** Adds them to the API server, and answers the preset chained-services in that namespace; the names. */
export function addManyServices({ api, prometheus }: FakeCluster, namespace: string, count: number): string[] {
  const names = Array.from({ length: count }, (_, n) => `service-${String(n).padStart(3, '0')}`);
  for (const name of names) {
    const service = { ...SERVICES[0], name, next: '' };
    const inNamespace = (object: KubeObject) => ({
      ...object,
      metadata: { ...object.metadata, namespace },
    });
    api.put(`/apis/apps/v1/namespaces/${namespace}/deployments`, inNamespace(deployment(service)));
    api.put(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, inNamespace(hpa(service)));
    for (let i = 0; i < service.replicas; i++)
      api.put(`/api/v1/namespaces/${namespace}/pods`, inNamespace(pod(service, i, 'ready')));
  }
  const each = (value: number) => Object.fromEntries(names.map((name) => [name, value]));
  const answer = answersBy({
    chained_queue_length: each(1),
    duration_seconds_sum: each(0.2),
    chained_requests_failed_total: each(1),
    chained_requests_received_total: each(100),
    chained_requests_succeeded_total: each(99),
    chained_received_bytes_total: each(800),
    chained_sent_bytes_total: each(900),
    container_cpu_usage_seconds_total: each(400),
    container_memory_working_set_bytes: each(128),
  });
  prometheus.rules.unshift((query, now) =>
    query.includes(`namespace="${namespace}"`) ? answer(query, now) : undefined,
  );
  return names;
}
