/** Finds out who calls whom in a namespace, from the metrics of a mesh or from addresses in environment variables. */
import type { Deployment, Service } from '../client/objects.ts';
import type { Prometheus } from '../reading/prometheus.ts';
import type { Preset } from '../reading/presets/preset.ts';

export interface CallGraph {
  /** Names of the called Deployments by caller, in the order of the Deployments. */
  readonly calls: ReadonlyMap<string, readonly string[]>;
  readonly source: 'metrics' | 'environment' | 'nothing';
  /** Pairs of caller and callee that were left out because calls must not form a cycle. */
  readonly cut: readonly (readonly [string, string])[];
}

/** Returns the names of the Deployments whose pods a Service selects. */
export function deploymentsBehind(service: Service, deployments: readonly Deployment[]): string[] {
  const selector = Object.entries(service.spec.selector ?? {});
  if (selector.length === 0) return [];
  return deployments
    .filter(({ spec }) => selector.every(([key, value]) => spec.template.metadata?.labels?.[key] === value))
    .map(({ metadata }) => metadata.name);
}

/** Returns pairs of caller and callee from the metrics of a mesh. Rejects with ClusterError. */
export async function callsInMetrics(
  prometheus: Prometheus,
  { calls }: Preset,
  namespace: string,
  signal: AbortSignal,
): Promise<[string, string][]> {
  if (calls === undefined) return [];
  const samples = await prometheus.query(calls.replaceAll('$namespace', namespace), signal);
  return samples.flatMap(({ labels: { caller, callee }, value }): [string, string][] =>
    caller && callee && value > 0 ? [[caller, callee]] : [],
  );
}

/** Finds calls by the addresses of Services in the environment of containers: http://b, b.namespace:80, $(B_SERVICE_HOST). */
export function callsInEnvironment(
  deployments: readonly Deployment[],
  services: readonly Service[],
  namespace: string,
): [string, string][] {
  return deployments.flatMap(({ metadata, spec }) => {
    const values = spec.template.spec.containers.flatMap(({ env }) => env?.flatMap(({ value }) => value ?? []) ?? []);
    return services
      .filter(({ metadata: { name } }) => values.some((value) => isAddress(value, name, namespace)))
      .flatMap((service) => deploymentsBehind(service, deployments))
      .map((callee): [string, string] => [metadata.name, callee]);
  });
}

/** A bare name counts only with a port or a scheme, because a word alone could mean anything. */
function isAddress(value: string, service: string, namespace: string): boolean {
  if (value.includes(`$(${service.toUpperCase().replaceAll('-', '_')}_SERVICE_HOST)`)) return true;
  const host = `${service}(?:\\.${namespace}(?:\\.svc(?:\\.[\\w.-]+)?)?)?`;
  return new RegExp(
    `(?:^|[/@,;\\s"'=])(?:[a-z][\\w+.-]*://(?:[^/@\\s]*@)?${host}(?=$|[:/?,;\\s"'])|${host}:\\d+)`,
  ).test(value);
}

/** Leaves out duplicates, calls to oneself, names that are not in `names`, and calls that would close a cycle. */
export function callGraph(
  names: readonly string[],
  pairs: readonly (readonly [string, string])[],
  source: CallGraph['source'],
): CallGraph {
  const calls = new Map<string, string[]>(names.map((name) => [name, []]));
  const cut: [string, string][] = [];
  for (const [caller, callee] of pairs) {
    const called = calls.get(caller);
    if (!called || !calls.has(callee) || caller === callee || called.includes(callee)) continue;
    if (reaches(calls, callee, caller)) cut.push([caller, callee]);
    else called.push(callee);
  }
  return { calls, source: pairs.length === 0 ? 'nothing' : source, cut };
}

function reaches(calls: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const open = [from];
  const seen = new Set<string>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(calls.get(at) ?? []));
  }
  return false;
}
