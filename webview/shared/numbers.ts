/** Formats numbers for an axis or a sentence. */

/** Returns about `count` round values between two ends. */
export function ticks(from: number, to: number, count: number, steps: readonly number[] = [1, 2, 5]): number[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span)) return [from];
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [...steps, 10, 20, 50].map((factor) => factor * power).find((size) => span / size <= count) ?? span;
  return spaced(from, to, step);
}

const TIME_STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
];

/** Like ticks, but at whole seconds, minutes and hours. */
export function timeTicks(from: number, to: number, count: number): number[] {
  const step = TIME_STEPS.find((size) => (to - from) / size <= count);
  return step === undefined ? ticks(from, to, count).map((value) => Math.round(value)) : spaced(from, to, step);
}

function spaced(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Formats a number with at most four significant digits: 1.2 M, 350 k, 12, 0.034. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 999_500) return `${trim(value / 1e6)} M`;
  if (size >= 10_000) return `${trim(value / 1e3)} k`;
  return trim(value);
}

function trim(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) < 1e-4) return value.toExponential(1);
  return String(Number(value.toPrecision(4)));
}

/** Formats the labels of an axis, all with as many decimals as the finest needs. */
export function tickLabels(values: readonly number[]): string[] {
  const greatest = Math.max(...values.map(Math.abs), 0);
  const [unit, suffix] = greatest >= 999_500 ? [1e6, ' M'] : greatest >= 10_000 ? [1e3, ' k'] : [1, ''];
  const scaled = values.map((value) => Number((value / unit).toPrecision(10)));
  if (greatest > 0 && greatest < 1e-3) return values.map((value) => (value === 0 ? '0' : value.toExponential(0)));
  const decimals = Math.max(0, ...scaled.map((value) => (String(value).split('.')[1] ?? '').length));
  return scaled.map((value) => (value === 0 ? '0' : `${value.toFixed(Math.min(decimals, 6))}${suffix}`));
}

/** Formats seconds as 45 s, 3:05 or 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  if (Math.abs(seconds) < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
