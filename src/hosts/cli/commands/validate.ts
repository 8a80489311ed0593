import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Option } from 'commander';
import type { Model } from '../../../spec/model.ts';
import type { Problem } from '../../../spec/problem.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import { packageVersion } from '../../../jobs/machine.ts';
import type { Output } from '../output.ts';
import type { AddCommand, CommandHost } from '../command.ts';

const FORMATS = ['text', 'json', 'sarif', 'github'] as const;
type Format = (typeof FORMATS)[number];

interface Options {
  readonly format?: Format;
  readonly hints?: boolean;
  readonly maxWarnings?: number;
}

/** Number of states that are sampled of each cluster, and the seed. */
const SAMPLES = { states: 10_000, seed: 1 } as const;

export const addValidate: AddCommand = (program, run) => {
  program
    .command('validate')
    .description(
      'check the specs (*.karma.yaml) of a folder: shapes, references, units, CEL, and what can never happen',
    )
    .argument('[dir]', 'the folder of the specs', '.')
    .addOption(new Option('--format <format>', 'how to print the problems (default: text)').choices(FORMATS))
    .option('--hints', 'also what has no effect, and rules that match in none of 10 000 sampled states')
    .option('--max-warnings <n>', 'exit code 1 if there are more warnings', count)
    .addHelpText(
      'after',
      `
Each problem is printed as file:line:column: severity code: what is wrong and what to do.
Formats: json is one object a line (as with --json), sarif is SARIF 2.1.0 for code scanning, github are
workflow commands for GitHub Actions. json and sarif always hold information and hints, as such.
Examples:
  karma-mas validate chained-services
  karma-mas validate --format sarif --max-warnings 0 > karma.sarif`,
    )
    .action((dir: string, options: Options) => run((host) => validate(host, dir, options)));
};

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--max-warnings ${text} is no whole number.`);
}

async function validate({ output }: CommandHost, dir: string, options: Options): Promise<number> {
  if (output.json && options.format !== undefined && options.format !== 'json')
    throw new UsageError(`--json and --format ${options.format} contradict one another. Leave one of them out.`);
  const format = options.format ?? (output.json ? 'json' : 'text');
  const { model, problems } = await check(dir, options.hints === true);
  const all = options.hints === true || format === 'json' || format === 'sarif';
  const shown = all ? problems : problems.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  const tooMany = options.maxWarnings !== undefined && warnings > options.maxWarnings;
  await print(output, format, dir, shown, { objects: objectsOf(model), errors, warnings });
  if (tooMany && format === 'text') output.message(`More than ${plural(options.maxWarnings!, 'warning')}.`);
  return errors > 0 || tooMany ? EXIT.problems : EXIT.fine;
}

/** Resolves with the problems that the loader and the deeper checks find. */
async function check(dir: string, hints: boolean): Promise<{ model: Model; problems: readonly Problem[] }> {
  // Imported here, as in the other commands, since help and the list of runs do not need the engine.
  const { readSpecs } = await import('../../../jobs/starting/specs.ts');
  const { validate } = await import('../../../language/validate.ts');
  const folder = await readSpecs(resolve(dir));
  const { sampleStates } = await import('../../../language-server/sampling/sample-states.ts');
  const sampled = new Map<string, ReturnType<typeof sampleStates>>();
  const samples = hints
    ? (cluster: Model['clusters'][number]) => {
        const known = sampled.get(cluster.name) ?? sampleStates(cluster, SAMPLES.states, SAMPLES.seed);
        sampled.set(cluster.name, known);
        return known;
      }
    : undefined;
  return { model: folder.model, problems: validate(folder, { samples }) };
}

const objectsOf = (model: Model): number =>
  Object.values(model).reduce((sum: number, list: readonly unknown[]) => sum + list.length, 0);

interface Counts {
  readonly objects: number;
  readonly errors: number;
  readonly warnings: number;
}

async function print(
  output: Output,
  format: Format,
  dir: string,
  problems: readonly Problem[],
  counts: Counts,
): Promise<void> {
  const write = (object: object): void => output.result(object, JSON.stringify(object));
  switch (format) {
    case 'sarif': {
      const { sarifLog } = await import('../formats/sarif.ts');
      const log = sarifLog(problems, {
        version: packageVersion(),
        uriOf: (file) => uriOf(dir, file),
      });
      output.result(log, JSON.stringify(log, null, 2));
      return;
    }
    case 'json':
      for (const problem of problems) write({ type: 'problem', ...problem });
      write({ type: 'validated', ...counts });
      return;
    case 'github': {
      const { githubCommand } = await import('../formats/github.ts');
      for (const problem of problems) output.result({}, githubCommand(problem, pathOf(dir, problem.file)));
      output.result({}, summary(counts));
      return;
    }
    case 'text': {
      const { formatIn } = await import('../../../jobs/starting/specs.ts');
      for (const problem of problems) output.result({}, formatIn(dir, problem));
      output.result({}, summary(counts));
    }
  }
}

function summary({ objects, errors, warnings }: Counts): string {
  if (errors > 0) return `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
  return `${plural(objects, 'object')}: no errors${warnings > 0 ? `, ${plural(warnings, 'warning')}` : ''}`;
}

/** Returns a path relative to the working directory, which in CI is that of the repository. It uses '/'. */
const pathOf = (dir: string, file: string): string =>
  relative(process.cwd(), join(resolve(dir), file))
    .split(sep)
    .join('/') || '.';

/** Returns the same path as a URI, which is absolute outside the working directory. */
function uriOf(dir: string, file: string): string {
  const path = pathOf(dir, file);
  if (path === '..' || path.startsWith('../')) return pathToFileURL(join(resolve(dir), file)).href;
  return path.split('/').map(encodeURIComponent).join('/');
}

const plural = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
