import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PROMETHEUS_TOKEN } from '../../../jobs/options/environment.ts';
import type { ConnectOptions } from '../../../cluster/kubernetes/connect.ts';
import type { NamespaceReport } from '../../../cluster/kubernetes/watching/namespace-report.ts';
import type { NamespaceStatus } from '../../../cluster/kubernetes/watching/namespace-status.ts';
import type { TestedQueries, TestedService } from '../../../cluster/kubernetes/importing/test-queries.ts';
import { withIoErrors } from '../../../runs/io-error.ts';
import type { Cluster } from '../../../spec/model.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import { systemTimers } from '../../../jobs/running/system-timers.ts';
import { stopOnInterrupt } from '../interrupt.ts';
import type { AddCommand, CommandHost } from '../command.ts';
import { formatTable } from '../table.ts';

interface Where {
  readonly context: string;
  readonly namespace: string;
}

interface OfSpec extends Where {
  readonly cluster: string;
}

export const addCluster: AddCommand = (program, run) => {
  const cluster = program
    .command('cluster')
    .description('look at a real Kubernetes: contexts, status, import of a namespace, test of metric queries')
    .addHelpText(
      'after',
      `
Only reads. A Prometheus at a URL gets the token in ${PROMETHEUS_TOKEN}.
Examples:
  karma-mas cluster contexts
  karma-mas cluster import shop --out cluster.karma.yaml
  karma-mas cluster test-queries
  karma-mas cluster status
  karma-mas cluster watch`,
    );
  const ofSpec = (name: string, description: string) =>
    cluster
      .command(name)
      .description(description)
      .argument('[dir]', 'the folder of the specs', '.')
      .option('--cluster <name>', 'the Cluster (default: the only one)', '')
      .option('--context <name>', 'context of the kubeconfig (default: that of its Transfer, or the current one)', '')
      .option(
        '-n, --namespace <name>',
        'namespace of the deployments (default: that of the Transfer or the Cluster)',
        '',
      );

  cluster
    .command('contexts')
    .description('list the contexts of the kubeconfig; connects to nothing')
    .action(() => run(contexts));
  ofSpec(
    'status',
    'show the services of a Cluster as they are: replicas, HPAs, metrics, and what stands in the way of a transfer',
  ).action((dir: string, options: OfSpec) => run((host) => status(host, dir, options)));
  ofSpec(
    'watch',
    'show the services of a Cluster at each change and every few seconds, with what does not answer and what to do; follows the kubeconfig, and goes on until its standard input ends',
  ).action((dir: string, options: OfSpec) => run((host) => watch(host, dir, options)));
  ofSpec('test-queries', 'send each query of a Cluster and show value, age and what is missing').action(
    (dir: string, options: OfSpec) => run((host) => testQueriesOf(host, dir, options)),
  );
  cluster
    .command('import')
    .description('write the Cluster spec of a namespace')
    .argument('[namespace]', 'the namespace (default: that of the context)', '')
    .option('--context <name>', 'context of the kubeconfig (default: the current one)', '')
    .option('--prometheus <where>', 'Prometheus, as namespace/name:port or a URL (default: look for it)', '')
    .option('--all', 'deployments without an HPA too', false)
    .option('-o, --out <file>', 'write to this new file (default: print it)', '')
    .action((namespace: string, options: ImportOptions) => run((host) => importTo(host, namespace, options)));
};

async function contexts({ output }: CommandHost): Promise<number> {
  const { readContexts } = await import('../../../cluster/kubernetes/client/kubeconfig.ts');
  const all = await readContexts(process.env);
  if (output.json) for (const context of all) output.result({ type: 'context', ...context }, '');
  else if (all.length === 0)
    output.message('There is no kubeconfig with a context: set KUBECONFIG, or make ~/.kube/config.');
  else
    output.result(
      {},
      formatTable(
        ['', 'context', 'server', 'namespace'],
        all.map(({ current, name, server, namespace }) => [current ? '*' : '', name, server, namespace]),
      ),
    );
  return EXIT.fine;
}

async function testQueriesOf(host: CommandHost, dir: string, options: OfSpec): Promise<number> {
  return withSpec(host, dir, options, async (spec, connection, signal) => {
    const { ApiServer } = await import('../../../cluster/kubernetes/client/api-server.ts');
    const { prometheusOf } = await import('../../../cluster/kubernetes/connect.ts');
    const { testQueries } = await import('../../../cluster/kubernetes/importing/test-queries.ts');
    const api = await ApiServer.open(connection);
    const prometheus = prometheusOf(api, spec.metrics, connection.prometheusToken);
    try {
      const tested = await testQueries(
        { ...spec, namespace: connection.namespace ?? spec.namespace },
        prometheus,
        signal,
      );
      const where = { context: api.context, server: api.server, namespace: connection.namespace ?? spec.namespace };
      host.output.result({ type: 'queries', ...where, ...tested }, formatQueries(tested));
      return tested.complete ? EXIT.fine : EXIT.problems;
    } finally {
      prometheus.close();
      api.close();
    }
  });
}

function formatQueries({ prometheus, preset, queries, missing, complete }: TestedQueries): string {
  const cell = ({ value, age, state }: TestedService): string => {
    const number = value === null ? '' : String(Number(value.toPrecision(4)));
    const old = age === null ? '' : ` (${Math.round(age)} s)`;
    return state === 'ok'
      ? `${number}${old}`
      : `${number}${number === '' ? '' : ' '}${state}${state === 'stale' ? old : ''}`;
  };
  const services = queries[0]?.services.map(({ service }) => service) ?? [];
  const table = formatTable(
    ['field', 'unit', ...services],
    queries.map((query) => [query.field, query.unit, ...query.services.map(cell)]),
  );
  return [
    `${prometheus}, preset ${preset === '' ? 'none' : preset}`,
    '',
    table,
    ...queries.flatMap(({ field, problem }) => (problem === '' ? [] : [`${field}: ${problem}`])),
    ...missing.map(({ field, unit, about }) => `${field} (${unit}) has no query: ${about}.`),
    '',
    complete
      ? 'All queries give new values.'
      : 'Where something is missing or stale, the agents hold: add or correct queries.',
  ].join('\n');
}

async function status(host: CommandHost, dir: string, options: OfSpec): Promise<number> {
  const { output } = host;
  return withSpec(host, dir, options, async (spec, connection, signal) => {
    const { connectCluster } = await import('../../../cluster/kubernetes/connect.ts');
    const { statusOf } = await import('../../../cluster/kubernetes/watching/namespace-status.ts');
    const cluster = await connectCluster(spec, { ...connection, onWarning: (message) => output.warning(message) });
    try {
      const { findings } = await cluster.preflight(signal);
      const now = statusOf(spec, cluster.identity, await cluster.observe(signal));
      output.result({ type: 'status', ...now }, formatStatus(now));
      for (const { severity, message } of findings)
        output.message(`${severity === 'blocks' ? 'in the way' : 'note'}: ${message}`);
      if (output.json) output.result({ type: 'findings', findings }, '');
      return EXIT.fine;
    } finally {
      await cluster.close();
    }
  });
}

async function watch(host: CommandHost, dir: string, options: OfSpec): Promise<number> {
  const input = endOfInput();
  try {
    return await withSpec(host, dir, options, async (spec, connection, signal) => {
      const { followNamespace } = await import('../../../cluster/kubernetes/watching/follow-namespace.ts');
      const end = AbortSignal.any([signal, input.signal]);
      const onReport = (report: NamespaceReport) =>
        host.output.result({ type: 'look', ...report }, `${formatReport(report)}\n`);
      await followNamespace(spec, { ...connection, signal: end, onReport });
      return EXIT.fine;
    });
  } finally {
    input.dispose();
  }
}

/** Aborts when standard input ends, since the process that started this one may have died. */
function endOfInput(): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const end = new AbortController();
  const { stdin } = process;
  stdin.on('close', () => end.abort());
  stdin.on('end', () => end.abort());
  stdin.on('error', () => end.abort());
  stdin.resume();
  return { signal: end.signal, dispose: () => stdin.destroy() };
}

function formatReport(report: NamespaceReport): string {
  const { writer, problems } = report;
  return [
    formatStatus(report),
    ...(writer === '' ? [] : [`${writer} writes to the namespace.`]),
    ...problems.map((problem) => `problem: ${problem}`),
  ].join('\n');
}

function formatStatus({ context, server, namespace, services }: NamespaceStatus): string {
  const number = (value: number | null, digits = 3): string =>
    value === null ? '-' : String(Number(value.toPrecision(digits)));
  return [
    `context ${context}, server ${server}, namespace ${namespace}`,
    '',
    formatTable(
      ['service', 'ready', 'desired', 'starting', 'failed', 'HPA', 'requests/s', 'pending', 'latency s', 'age s'],
      services.map(({ service, ready, desired, starting, failed, hpa, received, pending, latency, age }) => [
        service,
        number(ready),
        number(desired),
        number(starting),
        number(failed),
        hpa === null ? 'none' : `${hpa.minReplicas}..${hpa.maxReplicas}${hpa.paused ? ' paused' : ''}`,
        number(received),
        number(pending),
        number(latency),
        number(age),
      ]),
    ),
  ].join('\n');
}

interface ImportOptions {
  readonly context: string;
  readonly prometheus: string;
  readonly all: boolean;
  readonly out: string;
}

async function importTo({ output, now }: CommandHost, namespace: string, options: ImportOptions): Promise<number> {
  const { context, prometheus, all, out } = options;
  if (out !== '' && existsSync(out))
    throw new UsageError(`${out} is there already, and import overwrites nothing: name a new file.`);
  if (out !== '' && !out.endsWith('.karma.yaml'))
    throw new UsageError('Specs are in files named *.karma.yaml: choose such a name.');
  if (prometheus !== '' && !/^(https?:\/\/\S+|[a-z0-9-]+\/[a-z0-9-]+:[0-9]+)$/.test(prometheus))
    throw new UsageError('--prometheus is namespace/name:port, or a URL.');
  const { ApiServer } = await import('../../../cluster/kubernetes/client/api-server.ts');
  const { importCluster } = await import('../../../cluster/kubernetes/importing/import-cluster.ts');
  const { clusterYaml } = await import('../../../cluster/kubernetes/importing/import-yaml.ts');
  const stop = stopOnInterrupt(() => output.message('Stopping.'));
  const api = await ApiServer.open({ env: process.env, context, now, timers: systemTimers });
  try {
    const imported = await importCluster({
      api,
      namespace: namespace || api.namespace,
      prometheus,
      prometheusToken: process.env[PROMETHEUS_TOKEN],
      all,
      signal: stop.signal,
    });
    const yaml = clusterYaml(imported);
    const file = out === '' ? '' : resolve(out);
    if (file !== '') withIoErrors(file, () => writeFileSync(file, yaml, { flag: 'wx' }));
    const { services, preset, notes, prometheus: found } = imported;
    const result = {
      type: 'imported',
      context: imported.context,
      namespace: imported.namespace,
      services: services.map(({ name }) => name),
      prometheus: found?.service ?? found?.url ?? '',
      preset: preset?.name ?? '',
      notes,
      ...(file === '' ? { yaml } : { file }),
    };
    output.result(result, file === '' ? yaml.trimEnd() : `Wrote ${services.length} services to ${out}`);
    return EXIT.fine;
  } finally {
    api.close();
    stop.dispose();
  }
}

/** Finds the Cluster with its context and namespace, and reports both before any request is sent. */
async function withSpec(
  { output, now }: CommandHost,
  dir: string,
  { cluster, context, namespace }: OfSpec,
  action: (spec: Cluster, connection: ConnectOptions, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const { readSpecs, assertNoErrors } = await import('../../../jobs/starting/specs.ts');
  const { model, problems } = await readSpecs(resolve(dir));
  assertNoErrors(dir, problems);
  const { clusterNamed, targetOf } = await import('../../../jobs/starting/target.ts');
  const spec = clusterNamed(model, cluster);
  if (spec.metrics.source !== 'prometheus')
    throw new UsageError(
      `Cluster ${spec.name} has metrics.source ${spec.metrics.source}: set it to prometheus to look at the real one.`,
    );
  const target = targetOf(model, spec);
  const stop = stopOnInterrupt(() => output.message('Stopping.'));
  try {
    const connection: ConnectOptions = {
      env: process.env,
      now,
      timers: systemTimers,
      context: context || target.context,
      namespace: namespace || target.namespace,
      prometheusToken: process.env[PROMETHEUS_TOKEN],
    };
    return await action(spec, connection, stop.signal);
  } finally {
    stop.dispose();
  }
}
