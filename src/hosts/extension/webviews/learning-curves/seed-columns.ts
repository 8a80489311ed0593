import type { JournalEvent } from '../../../../runs/events.ts';
import type { MetricName } from '../../../../runs/metric-names.ts';

/** Values of one metric in the order of the journal. NaN = the journal says null: it was not finite. */
export interface Column {
  readonly seq: number[];
  /** Training step. */
  readonly step: number[];
  /** Seconds of work since the beginning; pauses between a stop and a resume do not count. */
  readonly seconds: number[];
  readonly value: number[];
}

/** The metric under which judged policies stand: the mean J of an episode, on days kept for choosing. */
export const JUDGED = 'judged';
/** Training steps a second since the iteration before: not in the journal, which is the same for the same seed. */
const SPEED = 'charts/SPS';

/**
 * One journal as columns, an event at a time. The same as columns made from settledEvents (src/runs/events.ts), which would have
 * to read all of them again: what is repeated after a resume counts once.
 */
export class SeedColumns {
  readonly #columns = new Map<string, Column>();
  /** Of every event that counts, for the clock. */
  readonly #seq: number[] = [];
  readonly #seconds: number[] = [];
  /** Wall time (ms) minus worked time at this moment. */
  #zero = NaN;
  /** Milliseconds since the epoch of the last event; 0 = none. */
  lastAt = 0;
  state: 'waiting' | 'running' | 'finished' | 'stopped' | 'failed' = 'waiting';
  #convergedAt: number | undefined;
  #hpa: { readonly seq: number; readonly value: number } | undefined;

  add(event: JournalEvent): void {
    if (Number.isNaN(this.#zero)) this.#zero = event.t;
    this.lastAt = event.t;
    this.#follow(event);
    const seconds = Math.max(0, (event.t - this.#zero) / 1000);
    if (event.type === 'resumed') return;
    this.#seq.push(event.seq);
    this.#seconds.push(seconds);
    if (event.type === 'iteration') {
      this.#addSpeed(event.seq, event.step, seconds);
      for (const [metric, value] of Object.entries(event.metrics))
        this.#push(metric, event.seq, event.step, seconds, value ?? NaN);
    } else if (event.type === 'evaluation') {
      const { objective } = event.metrics;
      if (event.system === 'hpa') this.#hpa ??= { seq: event.seq, value: objective ?? NaN };
      else if (event.system === 'karma') this.#push(JUDGED, event.seq, event.step ?? 0, seconds, objective ?? NaN);
    }
  }

  column(metric: string): Column | undefined {
    return this.#columns.get(metric);
  }

  get metrics(): string[] {
    return [...this.#columns.keys()];
  }

  /** The last training step. */
  get step(): number {
    return this.#iterations('cluster/objective')?.step.at(-1) ?? 0;
  }

  /** J of the default HPA on the days kept for choosing. */
  get hpa(): number | undefined {
    return this.#hpa && Number.isFinite(this.#hpa.value) ? this.#hpa.value : undefined;
  }

  get convergedAt(): { readonly step: number; readonly seconds: number } | undefined {
    // Journals of before the metric say it only at their end.
    const converged = this.#iterations('charts/converged');
    const first = converged ? converged.value.indexOf(1) : -1;
    if (converged && first >= 0) return { step: converged.step[first], seconds: converged.seconds[first] };
    const objective = this.#iterations('cluster/objective');
    const at = objective?.step.findIndex((step) => step >= (this.#convergedAt ?? Infinity)) ?? -1;
    return objective && at >= 0 ? { step: objective.step[at], seconds: objective.seconds[at] } : undefined;
  }

  #iterations(metric: MetricName): Column | undefined {
    return this.#columns.get(metric);
  }

  #addSpeed(seq: number, step: number, seconds: number): void {
    const before = this.#iterations('cluster/objective');
    const stepBefore = before?.step.at(-1) ?? 0;
    const secondsBefore = before?.seconds.at(-1) ?? 0;
    if (seconds > secondsBefore) this.#push(SPEED, seq, step, seconds, (step - stepBefore) / (seconds - secondsBefore));
  }

  /** What an event says about how the work goes. */
  #follow(event: JournalEvent): void {
    if (event.type === 'resumed') {
      this.#forgetAfter(event.after);
      // Work goes on where it was at the checkpoint.
      this.#zero = event.t - (this.#seconds.at(-1) ?? 0) * 1000;
      this.state = 'running';
      this.#convergedAt = undefined;
    } else if (event.type === 'finished') {
      this.state = 'finished';
      const { convergedAt } = (event.summary ?? {}) as { convergedAt?: unknown };
      if (typeof convergedAt === 'number' && convergedAt > 0) this.#convergedAt = convergedAt;
    } else if (event.type === 'stopped' || event.type === 'failed') this.state = event.type;
    else if (event.type === 'started') this.state = 'running';
  }

  #push(metric: string, seq: number, step: number, seconds: number, value: number): void {
    let column = this.#columns.get(metric);
    if (!column) this.#columns.set(metric, (column = { seq: [], step: [], seconds: [], value: [] }));
    column.seq.push(seq);
    column.step.push(step);
    column.seconds.push(seconds);
    column.value.push(value);
  }

  #forgetAfter(seq: number): void {
    const keep = (sequence: readonly number[]) => {
      let length = sequence.length;
      while (length > 0 && sequence[length - 1] > seq) length--;
      return length;
    };
    this.#seconds.length = this.#seq.length = keep(this.#seq);
    for (const [metric, { seq: sequence, step, seconds, value }] of this.#columns) {
      step.length = seconds.length = value.length = sequence.length = keep(sequence);
      if (sequence.length === 0) this.#columns.delete(metric);
    }
    if (this.#hpa && this.#hpa.seq > seq) this.#hpa = undefined;
  }
}
