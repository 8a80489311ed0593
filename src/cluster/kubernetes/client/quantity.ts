/** Kubernetes quantities (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/). */

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Parses a quantity into units. Returns NaN if the text is not a quantity. */
export function quantity(text: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(text.trim());
  return match ? Number(match[1]) * (FACTORS[match[2]] ?? NaN) : NaN;
}

/** Parses a CPU quantity into millicores, or NaN. */
export const millicores = (text: string): number => Math.round(quantity(text) * 1e6) / 1e3;
/** Parses a memory quantity into MiB, or NaN. */
export const mebibytes = (text: string): number => Math.round((quantity(text) / 2 ** 20) * 1e3) / 1e3;
