/** Units of the parts of an expression: values of different units that are compared or added, and percentages for shares. */
import type { CelFix } from '../../spec/cel/check.ts';
import type { Node } from '../../spec/cel/expression.ts';
import { childrenOf } from '../../spec/cel/interpret.ts';
import { CLUSTER_VOCABULARY, SERVICE_VOCABULARY } from '../../spec/cel/vocabulary.ts';

export interface UnitProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly fix?: CelFix;
  /** The number is that of this setting, and should be written so. */
  readonly setting?: { readonly name: string; readonly text: string };
}

export interface SettingUnit {
  readonly value: number;
  /** '' where it is a plain number. */
  readonly unit: '' | 's' | 'share';
}

export function unitProblems(text: string, root: Node, settings: ReadonlyMap<string, SettingUnit>): UnitProblem[] {
  const finder = new Finder(text, settings);
  finder.visit(root);
  return finder.problems;
}

/** Undefined: unknown, or a number that fits any unit. */
type Unit = string | undefined;

/** Nobody compares a share with so much, or waits so many seconds for a service: these are percent and milliseconds. */
const LIKELY_PERCENT = 10;
const LIKELY_MILLISECONDS = 50;

const ADDING = ['+', '-', '<', '<=', '>', '>=', '==', '!='];

class Finder {
  readonly problems: UnitProblem[] = [];
  readonly #text: string;
  readonly #settings: ReadonlyMap<string, SettingUnit>;
  /** Units of the elements that macro variables stand for. */
  readonly #variables = new Map<number, Unit>();

  constructor(text: string, settings: ReadonlyMap<string, SettingUnit>) {
    this.#text = text;
    this.#settings = settings;
  }

  visit(node: Node): void {
    if (node.op === 'map' || node.op === 'filter' || node.op === 'quantifier')
      this.#variables.set(node.variable.id, this.#unitOf(node.list));
    for (const child of childrenOf(node)) this.visit(child);
    if (node.op !== 'binary' || node.left.type !== 'number' || !ADDING.includes(node.operator)) return;
    const [left, right] = [this.#unitOf(node.left), this.#unitOf(node.right)];
    if (left !== undefined && right !== undefined && left !== right) {
      const message = `${this.#shown(node.left)} is in ${IN_WORDS[left] ?? left}, ${this.#shown(node.right)} in ${IN_WORDS[right] ?? right}. Convert one of them.`;
      this.problems.push({ start: node.start, end: node.end, message });
    } else if (node.type === 'bool') {
      this.#checkNumber(node.left, left, node.right);
      this.#checkNumber(node.right, right, node.left);
    }
  }

  /** A number that is compared with a value of this unit. */
  #checkNumber(value: Node, unit: Unit, other: Node): void {
    const setting = other.op === 'setting' ? this.#settings.get(other.name) : undefined;
    if (setting && setting.unit !== '') return;
    const number = other.op === 'literal' ? other.value : setting?.value;
    if (typeof number !== 'number') return;
    const percent = unit === 'share' && number >= LIKELY_PERCENT && number <= 100;
    const milliseconds = unit === 's' && number >= LIKELY_MILLISECONDS;
    if (!percent && !milliseconds) return;
    const better = String(Number((number / (percent ? 100 : 1000)).toPrecision(12)));
    const what = percent ? 'a share from 0 to 1' : 'in seconds';
    const written = setting && percent ? `${number}%` : setting ? `${number}ms` : better;
    const message = `${this.#shown(value)} is ${what}, so that ${number} looks like ${percent ? 'a percentage' : 'milliseconds'}. Write ${written}.`;
    const { start, end } = other;
    if (other.op === 'setting')
      this.problems.push({ start, end, message, setting: { name: other.name, text: written } });
    else this.problems.push({ start, end, message, fix: { title: `Write ${written}`, start, end, text: written } });
  }

  #shown(node: Node): string {
    const text = this.#text.slice(node.start, node.end).replace(/\s+/g, ' ');
    return text.length > 60 ? `${text.slice(0, 57)}...` : text;
  }

  #unitOf(node: Node): Unit {
    switch (node.op) {
      case 'field':
        // Requests per second of one pod: only its products have a unit of their own.
        return node.field === 'throughput' ? undefined : SERVICE_VOCABULARY[node.field].unit || undefined;
      case 'clusterField':
        return CLUSTER_VOCABULARY[node.field].unit || undefined;
      case 'setting':
        return this.#settings.get(node.name)?.unit || undefined;
      case 'variable':
        return this.#variables.get(node.variable.id);
      case 'history':
        return node.function === 'mean' ? this.#unitOf(node.path) : undefined;
      case 'negate':
        return this.#unitOf(node.operand);
      case 'binary':
        if (node.operator !== '+' && node.operator !== '-') return undefined;
        return this.#unitOf(node.left) ?? this.#unitOf(node.right);
      case 'conditional':
        return this.#unitOf(node.then) ?? this.#unitOf(node.otherwise);
      case 'aggregate':
        return node.kind === 'size' ? undefined : this.#unitOf(node.list);
      case 'list':
        return node.items.map((item) => this.#unitOf(item)).find((unit) => unit !== undefined);
      case 'filter':
        return this.#unitOf(node.list);
      case 'map':
        this.#variables.set(node.variable.id, this.#unitOf(node.list));
        return this.#unitOf(node.body);
      default:
        return undefined;
    }
  }
}

const IN_WORDS: Readonly<Record<string, string>> = { s: 'seconds', share: 'shares' };
