/** The specifications of the sample workload as it runs in a namespace of the test cluster. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseAllDocuments, parseDocument, type Document } from 'yaml';
import { loadSpecs, type SpecFile } from '../../../src/spec/load.ts';
import type { Cluster } from '../../../src/spec/model.ts';
import { prometheusService } from './kubectl.ts';

const sample = join(import.meta.dirname, '../../../examples/chained-services');
/** A tenth of the sample's requests, as in manifests/chained.yaml. */
const REQUESTS = { a: ['50m', '26Mi'], b: ['40m', '51Mi'], c: ['60m', '51Mi'], d: ['70m', '102Mi'] } as const;

/** cluster.karma.yaml of the sample with the namespace, nodes, requests and metrics of the test cluster. */
export function clusterYaml(namespace: string, metrics: object = { service: prometheusService }): string {
  const document = parseDocument(readFileSync(join(sample, 'cluster.karma.yaml'), 'utf8'));
  document.setIn(['spec', 'namespace'], namespace);
  document.setIn(['spec', 'nodes'], { cpu: '650m', memory: '1200Mi' });
  document.setIn(['spec', 'metrics'], {
    source: 'prometheus',
    prometheus: { preset: 'chained-services', ...metrics },
  });
  Object.values(REQUESTS).forEach(([cpu, memory], s) =>
    document.setIn(['spec', 'services', s, 'resources', 'requests'], { cpu, memory }),
  );
  return document.toString();
}

/** Loads the Cluster from one specification. */
export function clusterSpec(yaml: string): Cluster {
  const file: SpecFile = { path: 'cluster.karma.yaml', text: yaml };
  const { model, problems } = loadSpecs([file]);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return model.clusters[0];
}

/**
 * Adapts the other specs of the sample: their Transfer targets `namespace` in context `test`, and its stages (only `stages`, if given)
 * last `lasts` and abort on no condition, since the agents are barely trained. Nor do metrics count as lost that only a slow machine
 * keeps waiting.
 */
export function onTestCluster(text: string, namespace: string, lasts: string, stages?: readonly string[]): string {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.get('kind') === 'Transfer') shorten(document as Document, namespace, lasts, stages);
      return document.toString();
    })
    .join('---\n');
}

function shorten(document: Document, namespace: string, lasts: string, stages: readonly string[] | undefined): void {
  document.setIn(['spec', 'target'], document.createNode({ context: 'test', namespace }));
  document.setIn(['spec', 'fallback', 'when'], document.createNode(['staleMetrics']));
  document.setIn(['spec', 'fallback', 'staleAfter'], '10m');
  const { spec } = document.toJS() as { spec: { stages: Record<string, Record<string, unknown>>[] } };
  for (let s = spec.stages.length - 1; s >= 0; s--) {
    const [name] = Object.keys(spec.stages[s]);
    const path = ['spec', 'stages', s, name];
    if (stages && !stages.includes(name)) document.deleteIn(['spec', 'stages', s]);
    else if (isMap(document.getIn(path))) {
      document.deleteIn([...path, 'abortWhen']);
      if (name !== 'full') document.setIn([...path, 'for'], lasts);
    }
  }
}
