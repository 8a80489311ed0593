/** Checks options, wherever they come from: a command line, a request of the editor, tasks.json or a manifest. */
import type { Manifest } from '../../runs/manifest.ts';
import { UsageError, JobError } from '../failure.ts';
import { flagOf, givableOptionsOf, optionsOf, type GivenOptions, type JobKind, type JobOptions } from './job-table.ts';
import type { Option, OptionValue } from './option.ts';

/** Returns why an option cannot have a value, in one sentence that suits every source, or undefined if it can. */
export function optionProblem(name: string, option: Option, value: unknown): string | undefined {
  if (option.accepts(value)) return undefined;
  const flag = flagOf(name);
  const named = flag === `--${name}` ? `"${name}"` : `"${name}" (${flag})`;
  return `Option ${named} cannot be ${JSON.stringify(value)}. It must be ${option.must}.`;
}

/** Adds defaults to the given options. Throws a UsageError for an unknown option or an invalid value. */
export function completeOptions<K extends JobKind>(kind: K, given: unknown): JobOptions[K] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new UsageError('"options" must be an object.');
  const known = new Map(givableOptionsOf(kind));
  for (const [name, value] of Object.entries(given)) {
    const option = known.get(name);
    if (!option)
      throw new UsageError(`The job "${kind}" has no option "${name}": it has ${[...known.keys()].join(', ')}.`);
    const problem = optionProblem(name, option, value);
    if (problem !== undefined) throw new UsageError(problem);
  }
  return fill(kind, given);
}

/** Like completeOptions, for options that the compiler has checked. */
export function withDefaults<K extends JobKind>(kind: K, given: GivenOptions[K]): JobOptions[K] {
  return fill(kind, given);
}

/**
 * Returns the options of a run from its manifest. Throws a JobError if another version wrote options that this one does not
 * know. An option that is newer than the run gets its default.
 */
export function optionsOfRun<K extends JobKind>({ options, versions }: Manifest, kind: K): JobOptions[K] {
  const known = optionsOf(kind);
  for (const [name, value] of Object.entries(options)) {
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    const problem = option
      ? isOpen(option, value)
        ? undefined
        : optionProblem(name, option, value)
      : `The job "${kind}" has no option "${name}".`;
    if (problem !== undefined)
      throw new JobError(
        `This run was made by version ${versions['karma-mas'] ?? 'unknown'} of karma-mas, and this one cannot go on with it. ${problem} Use that version, or start a new run.`,
      );
  }
  return fill(kind, options);
}

const isOpen = (option: Option, value: unknown): boolean => option.open !== undefined && value === option.default;

function fill<K extends JobKind>(kind: K, given: object): JobOptions[K] {
  const defaults = Object.entries(optionsOf(kind)).map(([name, option]) => [name, option.default] as const);
  const all: Readonly<Record<string, OptionValue>> = { ...Object.fromEntries(defaults), ...given };
  assertComplete(kind, all);
  return all;
}

/** Checks that no option is missing. Each value was checked before or is a default of the table that the type comes from. */
function assertComplete<K extends JobKind>(kind: K, options: unknown): asserts options is JobOptions[K] {
  const names = Object.keys(options ?? {});
  const missing = Object.keys(optionsOf(kind)).find((name) => !names.includes(name));
  if (missing !== undefined) throw new TypeError(`Option "${missing}" of "${kind}" has no default.`);
}

/** Returns the flags of a command line that requests the same. Open options are left out. */
export function flagsOf(kind: JobKind, options: Manifest['options']): string[] {
  return givableOptionsOf(kind).flatMap(([name, option]) => {
    const value = options[name];
    if (value === undefined || isOpen(option, value)) return [];
    if (typeof value === 'boolean') return value ? [flagOf(name)] : [];
    return [`${flagOf(name)} ${String(value)}`];
  });
}
