/**
 * Types of options. Each checks a value, parses it from a command line, describes it in JSON Schema and determines its
 * TypeScript type, so that these four always agree.
 */
export type OptionValue = string | number | boolean;

/** One option of a job. */
export interface Option<T extends OptionValue = OptionValue> {
  /** What the option does, as a phrase that begins in lowercase. */
  readonly help: string;
  /** What a value must be, as the end of "It must be": 'a whole number from 1 on'. */
  readonly must: string;
  readonly accepts: (value: unknown) => boolean;
  /** Converts a text from a command line into a value, which is checked afterwards. */
  readonly parse: (text: string) => unknown;
  /** JSON Schema of a value, without a description. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly default: T;
  /** What an open default stands for, such as 'the newest fit'; starting/prepare.ts resolves it. Absent if `default` is a value. */
  readonly open?: string;
  /** The placeholder for a value in help and tables, such as 'run'; empty for a flag, which has no value. */
  readonly value: string;
  /** One letter for the command line. */
  readonly short?: string;
  readonly choices?: readonly string[];
}

/** An option that nobody sets. It is derived from others when a run starts, and is kept in the manifest. */
export interface SettledOption<T extends OptionValue = OptionValue> extends Option<T> {
  readonly settled: true;
}

interface Naming {
  readonly value?: string;
  readonly short?: string;
}
type Default<T> = { readonly default: T } | { readonly open: string };
type Bounds = { readonly from: number; readonly to?: number } | { readonly above: number; readonly to?: number };

/** Creates an option for a text, such as a name or a path. An empty text leaves it open. */
export function text(help: string, about: Naming & { readonly open: string }): Option<string> {
  return {
    help,
    must: 'a text',
    accepts: (value) => typeof value === 'string',
    parse: (given) => given,
    schema: { type: 'string' },
    default: '',
    value: 'name',
    ...about,
  };
}

/** Creates an option for a number within bounds. If the default is open, 0 stands for it. */
export function number(help: string, about: Naming & Bounds & Default<number>): Option<number> {
  return numeric(help, about, false);
}

export function wholeNumber(help: string, about: Naming & Bounds & Default<number>): Option<number> {
  return numeric(help, about, true);
}

/** Creates an option for a number from 0 to 1. */
export function share(help: string, about: { readonly default: number }): Option<number> {
  return numeric(help, { ...about, value: 'share', from: 0, to: 1 }, false);
}

/** Creates an option for one of several words. If the default is open, an empty text stands for it. */
export function choice<const C extends string>(
  help: string,
  choices: readonly C[],
  about: Naming & { readonly default: NoInfer<C> },
): Option<C>;
export function choice<const C extends string>(
  help: string,
  choices: readonly C[],
  about: Naming & { readonly open: string },
): Option<C | ''>;
export function choice(help: string, choices: readonly string[], about: Naming & Default<string>): Option<string> {
  return {
    help,
    must: `one of ${choices.join(', ')}`,
    accepts: (value) => typeof value === 'string' && choices.includes(value),
    parse: (given) => given,
    schema: { type: 'string', enum: choices },
    default: '',
    value: 'name',
    choices,
    ...about,
  };
}

/** Creates a flag, which is off by default. */
export function flag(help: string): Option<boolean> {
  return {
    help,
    must: 'true or false',
    accepts: (value) => typeof value === 'boolean',
    parse: (given) => given,
    schema: { type: 'boolean' },
    default: false,
    value: '',
  };
}

export function settled<T extends OptionValue>(option: Option<T>): SettledOption<T> {
  return { ...option, settled: true };
}

function numeric(help: string, about: Naming & Bounds & Default<number>, whole: boolean): Option<number> {
  const { to = Infinity, ...others } = about;
  const [bound, least] =
    'from' in others ? [`from ${others.from}`, others.from] : [`above ${others.above}`, others.above];
  const isAbove = (value: number) => ('from' in others ? value >= least : value > least);
  const { value = 'n', short } = about;
  return {
    help,
    must: `a ${whole ? 'whole ' : ''}number ${bound}${to < Infinity ? ` to ${to}` : 'from' in others ? ' on' : ''}`,
    accepts: (given) =>
      typeof given === 'number' &&
      (whole ? Number.isSafeInteger(given) : Number.isFinite(given)) &&
      isAbove(given) &&
      given <= to,
    // A text that is not a number stays a text, for the error message.
    parse: (given) => (given.trim() === '' || Number.isNaN(Number(given)) ? given : Number(given)),
    schema: {
      type: whole ? 'integer' : 'number',
      ['from' in others ? 'minimum' : 'exclusiveMinimum']: least,
      ...(to < Infinity ? { maximum: to } : {}),
    },
    default: 'default' in about ? about.default : 0,
    ...('open' in about ? { open: about.open } : {}),
    value,
    ...(short === undefined ? {} : { short }),
  };
}
