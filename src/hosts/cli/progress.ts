import type { Progress } from '../../runs/progress-file.ts';

const BAR = 24;
/** Milliseconds between two updates on a terminal, and between two lines elsewhere. */
const REDRAW = 100;
const LINE_EVERY = 10_000;

export interface ProgressScreen {
  /** Whether a line can be redrawn. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): void;
}

/** Shows a job's progress, rate and remaining time: one redrawn line on a terminal, a plain line every 10 s elsewhere. */
export class ProgressLine {
  readonly #screen: ProgressScreen;
  readonly #now: () => number;
  #what = '';
  /** Time and progress at the beginning of the current part, from which the rate is computed. */
  #from = { at: 0, done: 0 };
  #drawnAt = -Infinity;
  #visible = false;

  constructor(screen: ProgressScreen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
  }

  update(progress: Progress): void {
    const now = this.#now();
    if (progress.what !== this.#what) {
      this.#what = progress.what;
      this.#from = { at: now, done: progress.done };
      if (!this.#screen.isTTY) this.#drawnAt = now;
    }
    const due = this.#screen.isTTY ? REDRAW : LINE_EVERY;
    if (now - this.#drawnAt < due && !(this.#screen.isTTY && progress.done >= progress.total)) return;
    this.#drawnAt = now;
    const text = describeProgress(progress, (now - this.#from.at) / 1000, this.#from.done);
    if (!this.#screen.isTTY) return this.#screen.write(`${text}\n`);
    this.#screen.write(`\r\x1b[K${text.slice(0, (this.#screen.columns ?? 80) - 1)}`);
    this.#visible = true;
  }

  /** Removes the line, so that something else can be printed. */
  clear(): void {
    if (this.#visible) this.#screen.write('\r\x1b[K');
    this.#visible = false;
  }
}

/** Describes the progress `seconds` after the current part began at `from`. */
export function describeProgress(progress: Progress, seconds: number, from: number): string {
  const { done, total, unit, what } = progress;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * BAR);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}]`;
  const rate = seconds > 0 ? (done - from) / seconds : 0;
  const left = rate > 0 ? `, ${formatDuration((total - done) / rate)} left` : '';
  const speed = rate > 0 ? `, ${formatRate(rate)} ${unit}/s` : '';
  return `${what} ${bar} ${Math.floor(share * 100)} % (${formatCount(done)} of ${formatCount(total)} ${unit}${speed}${left})`;
}

/** Formats seconds as 4 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US').replaceAll(',', ' ');
}

function formatRate(rate: number): string {
  return rate >= 100 ? formatCount(rate) : rate.toPrecision(2);
}
