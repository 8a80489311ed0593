/** Numbers as a reader wants them. A missing or not finite one reads '–'. */

const MISSING = '–';
type Maybe = number | null | undefined;
export const isKnown = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value);

export const fixed = (value: Maybe, digits: number): string => {
  if (!isKnown(value)) return MISSING;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
};

/** 0.905 -> '90.5 %'. */
export const percent = (value: Maybe, digits = 1): string =>
  isKnown(value) ? `${fixed(100 * value, digits)} %` : MISSING;

/** So many significant digits, without an exponent where one can read it without. */
export function significant(value: Maybe, digits = 3): string {
  if (!isKnown(value)) return MISSING;
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size >= 15 || size < -6) return value.toExponential(digits - 1).replace('-', '−');
  return fixed(value, Math.max(0, digits - 1 - size));
}

/** 1 234 567, with narrow spaces. */
export const grouped = (value: Maybe): string =>
  isKnown(value) ? fixed(value, 0).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f') : MISSING;

/** For axes: 250 k, 1.5 M. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)} M`;
  if (size >= 1e4) return `${trim(value / 1e3)} k`;
  return trim(value);
}

const trim = (value: number): string => String(Number(value.toPrecision(6))).replace('-', '−');

/** 95 -> '1 min 35 s'. */
export function duration(seconds: Maybe): string {
  if (!isKnown(seconds)) return MISSING;
  if (seconds < 10) return `${trim(Number(seconds.toFixed(1)))} s`;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86400), 'd'],
    [Math.floor((whole % 86400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
