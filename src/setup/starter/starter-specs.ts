/**
 * Adapts the sample's organization, roles, missions, scenarios, training and transfer to a Cluster, which needs them to be
 * trained for and transferred to.
 */
import { isNode, parseDocument, type Document } from 'yaml';
import { yamlName } from '../../cluster/kubernetes/importing/import-yaml.ts';
import type { Cluster } from '../../spec/model.ts';

export interface StarterFile {
  /** File name in the folder of the specs. */
  readonly name: string;
  readonly text: string;
}

export interface StarterOptions {
  readonly cluster: Pick<Cluster, 'name' | 'namespace' | 'services'>;
  /** Context of the kubeconfig, which becomes the Transfer's target. */
  readonly context: string;
  /** Returns the text of a file of the sample. */
  readonly sample: (name: string) => string;
}

/** A folder beside the files, with the load records that the scenarios use. */
export const STARTER_LOADS = 'loads';

/** Returns the files in the order in which to read them. Beside the Cluster they load without errors. */
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

/** Missions of the sample's own organization. Its others belong to the published one. */
const MISSIONS: readonly string[] = ['clear-queues'];
/** The sample's other trainings compare with the paper, or have no organization. */
const TRAININGS: readonly string[] = ['default', 'in-emulator'];

/** Sends the recorded load to every entry point. A scenario written by hand for the sample's services is left out. */
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

/** Targets the namespace from which the Cluster was read. The canary is a service that is not an entry point, if there is one. */
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

/** An object of the sample exactly as written, including comments. */
interface SampleObject {
  readonly text: string;
  readonly document: Document;
  readonly name: string;
  /** Returns the text at a path. */
  readonly slice: (path: Path) => string;
  /** Returns the whole text with replacements at some paths. */
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
