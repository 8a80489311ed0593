/**
 * What a Cluster lacks to be trained for and transferred to: the organization, roles, missions, scenarios, training and transfer of the
 * sample, fitted to it.
 */
import { isNode, parseDocument, type Document } from 'yaml';
import { yamlName } from '../../cluster/kubernetes/importing/import-yaml.ts';
import type { Cluster } from '../../spec/model.ts';

export interface StarterFile {
  /** In the folder of the specs. */
  readonly name: string;
  readonly text: string;
}

export interface StarterOptions {
  readonly cluster: Pick<Cluster, 'name' | 'namespace' | 'services'>;
  /** Of the kubeconfig: where the Transfer goes. */
  readonly context: string;
  /** The text of a file of the sample. */
  readonly sample: (name: string) => string;
}

/** Beside the files: a folder of load records that the scenarios play. */
export const STARTER_LOADS = 'loads';

/** The files, in the order in which one reads them. They load without errors beside the Cluster. */
export function starterSpecs({ cluster, context, sample }: StarterOptions): StarterFile[] {
  const fitted = (name: string, fit: (object: SampleObject) => string | undefined): StarterFile => ({
    name,
    text: objectsOf(sample(name))
      .map(fit)
      .filter((text) => text !== undefined)
      .join('---\n'),
  });
  const named = (names: readonly string[]) => (object: SampleObject) =>
    names.includes(object.name) ? object.text : undefined;
  return [
    fitted('organization.karma.yaml', (object) => object.with([[['spec', 'cluster'], yamlName(cluster.name)]])),
    fitted('roles.karma.yaml', ({ text }) => text),
    fitted('missions.karma.yaml', named(MISSIONS)),
    fitted('scenarios.karma.yaml', (object) => scenario(object, cluster)),
    fitted('training.karma.yaml', named(TRAININGS)),
    fitted('transfer.karma.yaml', (object) => transfer(object, cluster, context)),
  ];
}

/** Those of the organization; the others are for the published one. */
const MISSIONS: readonly string[] = ['clear-queues'];
/** The others compare with the paper, or without an organization. */
const TRAININGS: readonly string[] = ['default', 'in-emulator'];

/** The recorded load arrives at every entry point; a scenario written by hand for the sample's services is left out. */
function scenario(object: SampleObject, { services }: StarterOptions['cluster']): string | undefined {
  const { document } = object;
  if (document.hasIn(['spec', 'events'])) return undefined;
  if (!document.hasIn(['spec', 'load'])) return object.text;
  const item = object.slice(['spec', 'load', 0]).trimEnd();
  const sampleEntry = `entryPoint: ${String(document.getIn(['spec', 'load', 0, 'entryPoint']))}`;
  const items = services
    .filter(({ entryPoint }) => entryPoint)
    .map(({ name }) => item.replace(sampleEntry, `entryPoint: ${yamlName(name)}`));
  return object.with([[['spec', 'load', 0], `${items.join('\n    - ')}\n`]]);
}

/** Goes to where the Cluster was read; the canary is one service that is no entry point, where there is one. */
function transfer(object: SampleObject, cluster: StarterOptions['cluster'], context: string): string {
  const { spec } = object.document.toJS() as { spec: { stages: readonly Record<string, object>[] } };
  const canary = spec.stages.findIndex((stage) => 'canary' in stage);
  const service = cluster.services.find(({ entryPoint }) => !entryPoint) ?? cluster.services[0];
  return object.with([
    [['spec', 'target'], `{ context: ${yamlName(context)}, namespace: ${yamlName(cluster.namespace)} }`],
    [['spec', 'stages', canary, 'canary', 'services'], `[${yamlName(service.name)}]`],
  ]);
}

type Path = readonly (string | number)[];

/** An object of the sample as it is written, comments and all. */
interface SampleObject {
  readonly text: string;
  readonly document: Document;
  readonly name: string;
  /** What stands at a path. */
  readonly slice: (path: Path) => string;
  /** The text with others at some paths. */
  readonly with: (changes: readonly (readonly [Path, string])[]) => string;
}

function objectsOf(file: string): SampleObject[] {
  return file.split(/^---\n/m).map((text) => {
    const document = parseDocument(text) as Document;
    const rangeOf = (path: Path): readonly [number, number] => {
      const node = document.getIn(path, true);
      if (!isNode(node) || !node.range) throw new Error(`The sample has no ${path.join('.')}.`);
      return [node.range[0], node.range[1]];
    };
    return {
      text,
      document,
      name: String(document.getIn(['metadata', 'name'])),
      slice: (path) => text.slice(...rangeOf(path)),
      with: (changes) =>
        changes
          .map(([path, by]) => ({ by, range: rangeOf(path) }))
          .sort((a, b) => b.range[0] - a.range[0])
          .reduce((now, { by, range: [start, end] }) => now.slice(0, start) + by + now.slice(end), text),
    };
  });
}
