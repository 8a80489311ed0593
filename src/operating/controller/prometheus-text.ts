/** Metrics in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */

type Labels = Readonly<Record<string, string>>;
type Kind = 'counter' | 'gauge' | 'histogram';

interface Family {
  readonly kind: Kind;
  readonly help: string;
  /** Upper bounds of a histogram's buckets; empty for other kinds. */
  readonly buckets: readonly number[];
  /** Values by their labels, written as text. */
  readonly values: Map<string, number>;
}

export class MetricRegistry {
  readonly #families = new Map<string, Family>();

  /** Declares a metric before its first use, so that it is exposed with its help text from the start. */
  declare(name: string, kind: Kind, help: string, buckets: readonly number[] = []): void {
    this.#families.set(name, { kind, help, buckets, values: new Map() });
  }

  add(name: string, labels: Labels = {}, by = 1): void {
    const { values } = this.#family(name);
    const key = labelsOf(labels);
    values.set(key, (values.get(key) ?? 0) + by);
  }

  set(name: string, value: number, labels: Labels = {}): void {
    this.#family(name).values.set(labelsOf(labels), value);
  }

  /** Removes all values of a metric. A gauge per state needs this before a new state is set. */
  clear(name: string): void {
    this.#family(name).values.clear();
  }

  observe(name: string, value: number): void {
    for (const bound of [...this.#family(name).buckets, Infinity]) {
      const label = { le: Number.isFinite(bound) ? String(bound) : '+Inf' };
      this.#addTo(name, 'bucket', label, Number(value <= bound));
    }
    this.#addTo(name, 'sum', {}, value);
    this.#addTo(name, 'count', {}, 1);
  }

  text(): string {
    return [...this.#families]
      .flatMap(([name, { kind, help, values }]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${kind}`,
        ...[...values].map(([key, value]) => `${name}${key} ${numberText(value)}`),
      ])
      .concat('')
      .join('\n');
  }

  #addTo(name: string, part: string, labels: Labels, by: number): void {
    const { values } = this.#family(name);
    const key = `_${part}${labelsOf(labels)}`;
    values.set(key, (values.get(key) ?? 0) + by);
  }

  #family(name: string): Family {
    const family = this.#families.get(name);
    if (!family) throw new Error(`The metric ${name} was not declared.`);
    return family;
  }
}

function labelsOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const numberText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
