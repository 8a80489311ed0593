/** What to say about a value whose unit is missing or wrong, and what was probably meant. */

export interface UnitHint {
  /** What is allowed, after "is ..., but must be ...". */
  readonly allowed: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

const ALLOWED: Readonly<Record<string, string>> = {
  CPU: 'cores (0.5, 2) or millicores (500m), above 0',
  memory: 'a number with Ki, Mi, Gi or Ti (powers of 1024), or k, M, G or T (powers of 1000), such as 512Mi',
  size: 'a number of bytes with B, KiB, MiB, GiB, kB, MB or GB, such as 4KiB',
  duration: 'a time with ms, s, m, h or d, such as 30s, 15m or 2h30m',
  share: 'from 0 to 1, or from 0% to 100%',
  ratio: 'a number of at least 0 (1.05) or a percentage (105%)',
  rate: 'requests per second (120) or a percentage of capacity (60%), at least 0',
  setting: 'a number (0.7), a percentage (70%) or a duration (30s)',
};

/** Titles of the schema parts that have a unit. */
export const isUnit = (title: unknown): title is string => typeof title === 'string' && Object.hasOwn(ALLOWED, title);

/** No value with a unit is longer; patterns below may take long on long texts. */
const LONGEST = 40;

export function unitHint(title: string, value: unknown): UnitHint {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const suggestion = text.length <= LONGEST ? suggest(title, text) : undefined;
  return { allowed: ALLOWED[title], ...(suggestion === undefined ? {} : { suggestion }) };
}

function suggest(title: string, text: string): string | undefined {
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z%]*)\s*$/.exec(text);
  if (title === 'duration') return suggestDuration(text);
  if (title === 'setting') return match ? suggestDuration(text) : undefined;
  if (!match) return undefined;
  const [, amount, unit] = match;
  switch (title) {
    case 'CPU':
      return suggestCpu(Number(amount), amount, unit.toLowerCase());
    case 'memory':
      return suggestBytes(amount, unit, 'Mi', false);
    case 'size':
      return suggestBytes(amount, unit, 'B', true);
    case 'share':
      return Number(amount) > 1 && Number(amount) <= 100 && unit !== '%' ? `${amount}%` : undefined;
    default:
      return unit === '' || unit === '%' ? `${amount}${unit}` : undefined;
  }
}

function suggestCpu(cores: number, amount: string, unit: string): string | undefined {
  if (cores === 0) return undefined;
  if (unit === 'm' || unit === 'mi' || unit === 'millicores' || unit === 'mcpu') return `${Math.ceil(cores)}m`;
  if (unit === '' || unit === 'c' || unit === 'core' || unit === 'cores' || unit === 'cpu') return amount;
  return undefined;
}

/** '512MB' is '512M' in Kubernetes' notation: the same amount; '512mb', '512m' and '512' are taken as the usual Mi. */
function suggestBytes(amount: string, unit: string, plain: string, withB: boolean): string | undefined {
  if (unit === '') return `${amount}${plain}`;
  if (/^[kMGT]B$/.test(unit) && !withB) return `${amount}${unit[0]}`;
  const letter = /^([kmgt])i?b?(ytes)?$/i.exec(unit)?.[1].toUpperCase();
  if (letter && !(withB && letter === 'T')) return `${amount}${letter}i${withB ? 'B' : ''}`;
  return withB && /^b(ytes?)?$/i.test(unit) ? `${amount}B` : undefined;
}

const UNIT_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(s|secs?|seconds?)$/, 's'],
  [/^(m|mins?|minutes?)$/, 'm'],
  [/^(h|hrs?|hours?)$/, 'h'],
  [/^(d|days?)$/, 'd'],
];
const ORDER = ['d', 'h', 'm', 's', 'ms'];

function suggestDuration(text: string): string | undefined {
  if (!/^(\s*[0-9]+(\.[0-9]+)?\s*[a-zA-Z]*\s*){1,5}$/.test(text)) return undefined;
  const written = [...text.matchAll(/([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]*)/g)];
  const parts = written.flatMap(([, amount, word]) => {
    const unit = word === '' ? 's' : UNIT_WORDS.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1];
    return unit === undefined ? [] : [{ amount, unit }];
  });
  if (new Set(parts.map(({ unit }) => unit)).size < written.length) return undefined;
  return parts
    .sort((a, b) => ORDER.indexOf(a.unit) - ORDER.indexOf(b.unit))
    .map(({ amount, unit }) => amount + unit)
    .join('');
}
