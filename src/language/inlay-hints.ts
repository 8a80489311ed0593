/** Inlay hints: units of plain numbers, what a share or percentage comes to, and what is filled in where nothing is written. */
import { capacityOf } from '../spec/call-graph.ts';
import { CLUSTER_VOCABULARY, isClusterField, isServiceField, SERVICE_VOCABULARY } from '../spec/cel/vocabulary.ts';
import type { Position, Range } from '../spec/problem.ts';
import type { Path } from '../spec/text/locate.ts';
import { rangeOf, type SourceFile } from '../spec/text/source.ts';
import { parseExpression } from '../spec/cel/parse.ts';
import { walk, type SyntaxNode } from '../spec/cel/syntax.ts';
import { parseShare } from '../spec/units.ts';
import { effectiveAt, filledIn, inNumbers, modelObject } from './effective-values.ts';
import type { FolderView } from './folder-view.ts';
import { objectsOf, type DeclaredObject } from './names/file-names.ts';
import { namesOf } from './names/folder-names.ts';
import { expressionPlace, shapeOf } from './names/places.ts';
import { partAt, type Part } from './schema/part.ts';
import { offsetAt } from './text.ts';
import { find, follow, mapsAt, plainValue, scalarText, scalarValue, textAt } from '../spec/text/outline/lookup.ts';
import type { MapNode, TreeNode } from '../spec/text/outline/tree.ts';

export interface InlayHint {
  readonly position: Position;
  readonly text: string;
  readonly kind: 'unit' | 'value' | 'default';
  readonly tooltip?: string;
}

export interface InlayHintOptions {
  readonly units?: boolean;
  readonly values?: boolean;
  readonly defaults?: boolean;
}

/** Units of plain numbers, by their place below `spec`. */
const UNITS: Readonly<Record<string, string>> = {
  'Cluster services[].replicas.min': 'pods',
  'Cluster services[].replicas.max': 'pods',
  'Cluster services[].emulator.throughput': 'requests/s',
  'Cluster services[].emulator.queue': 'requests',
  'Cluster nodes.cpu': 'cores',
  'Cluster services[].resources.requests.cpu': 'cores',
  'Cluster actions.maxMove': 'pods',
  'Role rules[].allow.scale': 'pods',
  'Scenario events[].attack.rate': 'x 30 requests/s',
  'Scenario random[].attack.rate': 'x 30 requests/s',
  'Scenario random[].perHour': 'an hour',
  'Scenario events[].crash.pods': 'pods',
  'Scenario load[].profile.rate': 'requests/s',
  'Scenario load[].profile.mean': 'requests/s',
  'Scenario load[].profile.amplitude': 'requests/s',
  'Scenario load[].profile.base': 'requests/s',
  'Scenario load[].profile.peak': 'requests/s',
  'Scenario load[].profile.steps[].rate': 'requests/s',
  'Training budget.steps': 'decisions',
  'Training budget.horizon': 'decisions',
  'Training convergence.window': 'episodes',
  'Transfer limits.move': 'pods',
  'Transfer limits.podsPerDecision': 'pods',
};

/** The mappings for which hints show what is filled in. */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  Cluster: ['objectives', 'services[].emulator'],
  Role: ['spec'],
  Training: ['twin', 'algorithm', 'budget', 'convergence'],
  Transfer: ['limits', 'fallback'],
  Scenario: [],
};
const MOST_SHOWN = 4;

export function inlayHints(
  folder: FolderView,
  path: string,
  range: Range,
  options: InlayHintOptions = {},
): readonly InlayHint[] {
  const source = folder.source(path);
  if (!source) return [];
  const { units = true, values = true, defaults = true } = options;
  const from = offsetAt(source, range.start);
  const to = offsetAt(source, range.end);
  const shown = { unit: units, value: values, default: defaults };
  return objectsOf(source)
    .filter(({ document }) => document.start <= to && document.end >= from)
    .flatMap((object) => new Hints(folder, source, object, from, to).hints)
    .filter(({ kind }) => shown[kind]);
}

class Hints {
  readonly hints: InlayHint[] = [];
  readonly #folder: FolderView;
  readonly #source: SourceFile;
  readonly #object: DeclaredObject;
  readonly #from: number;
  readonly #to: number;

  constructor(folder: FolderView, source: SourceFile, object: DeclaredObject, from: number, to: number) {
    this.#folder = folder;
    this.#source = source;
    this.#object = object;
    this.#from = from;
    this.#to = to;
    const { root } = object.document;
    const spec = find(root, ['spec']);
    if (object.kind && spec?.value && spec.entry) this.#visit(spec.value, ['spec'], spec.entry.colon + 1);
  }

  /** `after` is where a mapping begins: past its colon or dash. */
  #visit(node: TreeNode, path: Path, after: number): void {
    if (node.end < this.#from || after > this.#to) return;
    const shape = shapeOf(path).replace(/^spec\.?/, '');
    if (node.type === 'scalar') this.#scalar(node, path, shape);
    if (node.type === 'map') {
      this.#filledIn(node, path, shape, after);
      for (const { key, colon, value } of node.entries)
        if (colon >= 0 && value) this.#visit(value, [...path, scalarValue(key)], colon + 1);
    }
    if (node.type === 'list') {
      const unit = this.#unit(shape);
      if (unit && node.flow && node.closed) this.#add(node.end, unit, 'unit');
      node.items.forEach(({ value, dash }, index) => {
        if (value && !(unit && value.type === 'scalar'))
          this.#visit(value, [...path, index], dash < 0 ? value.start : dash + 1);
      });
    }
  }

  #add(offset: number, text: string, kind: InlayHint['kind'], tooltip?: string): void {
    if (offset < this.#from || offset > this.#to) return;
    const position = rangeOf(this.#source, offset, offset).start;
    this.hints.push({ position, text, kind, ...(tooltip === undefined ? {} : { tooltip }) });
  }

  #unit(shape: string): string | undefined {
    // One of several profiles has the units of a single one.
    const key = `${this.#object.kind} ${shape.replace('.profiles[]', '.profile')}`;
    return Object.hasOwn(UNITS, key) ? UNITS[key] : undefined;
  }

  #scalar(node: Extract<TreeNode, { type: 'scalar' }>, path: Path, shape: string): void {
    if (node.raw.includes('\n') || node.end === node.start) return;
    const text = scalarValue(node);
    if (/^-?[0-9]+(?:\.[0-9]+)?$/.test(text) && node.style === 'plain') {
      const unit =
        this.#unit(shape) ?? (shape.startsWith('settings.') ? this.#settingUnit(String(path.at(-1))) : undefined);
      if (unit) this.#add(node.end, unit, 'unit');
      return;
    }
    const part = this.#part(path);
    if (part?.title === 'rate' || part?.title === 'ratio') this.#rate(node.end, text, path);
    else if (part && (part.title === 'setting' || part.title === 'share')) {
      const number = inNumbers(part, text);
      if (number !== undefined) this.#add(node.end, `= ${number}`, 'value');
    }
  }

  #part(path: Path): Part | undefined {
    const { root } = this.#object.document;
    return partAt(this.#object.kind, path, (where) => plainValue(root, find(root, where)?.value));
  }

  /** A rate in percent is relative to what the chain of services can serve. */
  #rate(offset: number, text: string, path: Path): void {
    if (!/^[0-9.]+%$/.test(text)) return;
    const entryPoint = textAt(this.#object.document.root, [...path.slice(0, 3), 'entryPoint']);
    const names = namesOf(this.#folder).clustersOf(this.#object);
    const cluster = names.length === 1 ? modelObject(this.#folder.model, 'Cluster', names[0]) : undefined;
    const index = cluster?.services.findIndex(({ name }) => name === entryPoint) ?? -1;
    if (!cluster || index < 0 || this.#folder.problems.some(({ code }) => code === 'call-cycle')) return;
    const rate = Math.round(parseShare(text) * capacityOf(cluster, index) * 10) / 10;
    const tooltip = `The chain behind ${entryPoint} can serve ${capacityOf(cluster, index)} requests per second with all replicas.`;
    this.#add(offset, `= ${rate} requests/s`, 'value', tooltip);
  }

  /** The unit of what the rules compare a setting with. */
  #settingUnit(name: string): string | undefined {
    const { document } = this.#object;
    for (const rule of mapsAt(document.root, ['spec', 'rules'])) {
      const node = follow(document.root, find(rule, ['when'])?.value);
      if (node?.type !== 'scalar' || !expressionPlace('Role', 'spec.rules[].when')) continue;
      let unit: string | undefined;
      walk(parseExpression(scalarText(node).text).root, (each) => {
        if (each.op === 'call' && !each.of && isSetting(each.args[1], name)) unit ??= 's';
        if (each.op !== 'binary' || !['<', '<=', '>', '>=', '==', '!='].includes(each.operator)) return;
        if (isSetting(each.left, name)) unit ??= unitOf(each.right);
        if (isSetting(each.right, name)) unit ??= unitOf(each.left);
      });
      if (unit) return unit;
    }
    return undefined;
  }

  #filledIn(node: MapNode, path: Path, shape: string, after: number): void {
    const wanted = FILLED[this.#object.kind ?? ''] ?? [];
    if (!wanted.includes(shape === '' ? 'spec' : shape)) return;
    const part = this.#part(path);
    if (!part) return;
    const missing = filledIn(
      part,
      effectiveAt(this.#folder, this.#object, path),
      node.entries.map(({ key }) => scalarValue(key)),
    );
    if (missing.length === 0) return;
    const words = missing.map(([key, value]) => `${key}: ${value}`);
    const more = words.length > MOST_SHOWN ? `, ${words.length - MOST_SHOWN} more` : '';
    const text = `${words.slice(0, MOST_SHOWN).join(', ')}${more}`;
    this.#add(node.flow ? node.end : after, text, 'default', `Not written, and so: ${words.join(', ')}.`);
  }
}

const isSetting = (node: SyntaxNode | undefined, name: string): boolean =>
  node?.op === 'member' && node.of.type === 'settings' && node.name === name;

function unitOf(node: SyntaxNode): string | undefined {
  if (node.op !== 'member') return undefined;
  const { name, of } = node;
  const unit =
    of.type === 'service' && isServiceField(name)
      ? SERVICE_VOCABULARY[name].unit
      : of.type === 'cluster' && isClusterField(name)
        ? CLUSTER_VOCABULARY[name].unit
        : '';
  return unit === '' || unit === 'share' ? undefined : unit;
}
