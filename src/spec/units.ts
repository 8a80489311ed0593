/** Values with units, as text that the schemas let through. Each function takes what its pattern allows. */

const leading = (text: string): number => Number.parseFloat(text);
/** Sums of decimal fractions are rounded, so that 0.1 + 0.2 seconds are 0.3. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Millicores of '500m', 0.5 or '0.5'. */
export function parseCpu(value: string | number): number {
  if (typeof value === 'string' && value.endsWith('m')) return leading(value);
  return rounded(Number(value) * 1000);
}

const FACTORS: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** Bytes of '4KiB', '4Ki', '4kB', '512B'. */
export function parseSize(value: string): number {
  return rounded(leading(value) * (FACTORS[value.replace(/^[0-9.]+|B$/g, '')] ?? 1));
}

/** MiB of '512Mi', '1Gi', '512M'. */
export function parseMemory(value: string): number {
  return rounded(parseSize(value) / 2 ** 20);
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds of '500ms', '30s', '2h30m'. */
export function parseDuration(value: string): number {
  let seconds = 0;
  for (const [, amount, unit] of value.matchAll(/([0-9.]+)([a-z]+)/g)) seconds += Number(amount) * SECONDS[unit];
  return rounded(seconds);
}

/** A share of 0.4 or '40%'. */
export function parseShare(value: string | number): number {
  return typeof value === 'number' ? value : rounded(leading(value) / 100);
}

/** A rate in requests per second, or relative to capacity where it is in percent. */
export function parseRate(value: string | number): { readonly rate: number; readonly relative: boolean } {
  return { rate: parseShare(value), relative: typeof value === 'string' };
}

/** A setting of a role: a number, a share in percent, or a duration in seconds. */
export function parseSetting(value: string | number): number {
  return typeof value === 'number' || value.endsWith('%') ? parseShare(value) : parseDuration(value);
}
