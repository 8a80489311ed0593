/**
 * What is written out from the table of jobs (src/jobs/options/job-table.ts): the schema of tasks in package.json with its texts in
 * package.nls.json, and docs/jobs.md. `node tools/job-tables.ts` writes them; a test holds them to the table.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { flagOf, givableOptionsOf, JOB_TABLE } from '../src/jobs/options/job-table.ts';
import type { Option } from '../src/jobs/options/option.ts';
import { JOB_KINDS, type JobKind } from '../src/runs/job-kinds.ts';

const root = join(import.meta.dirname, '..');
const TEXTS = 'task.options.';

interface Manifest {
  readonly contributes: { readonly taskDefinitions: readonly { readonly properties: Record<string, object> }[] };
}

/** The contents that the files must have, by path. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['package.json', withTaskSchema(read('package.json'))],
    ['package.nls.json', withTaskTexts(read('package.nls.json'))],
    ['docs/jobs.md', await formatted('docs/jobs.md', jobsPage())],
  ]);
}

function withTaskSchema(text: string): string {
  const manifest = JSON.parse(text) as Manifest;
  const { properties } = manifest.contributes.taskDefinitions[0];
  properties.kind = { ...properties.kind, enum: JOB_KINDS };
  properties.options = {
    type: 'object',
    description: `%${TEXTS}description%`,
    properties: Object.fromEntries([...optionsByName()].map(([name, uses]) => [name, schemaOf(name, uses)])),
    additionalProperties: false,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function withTaskTexts(text: string): string {
  const all = Object.entries(JSON.parse(text) as Record<string, string>);
  const isGenerated = (key: string) => key.startsWith(TEXTS) && key !== `${TEXTS}description`;
  const kept = all.filter(([key]) => !isGenerated(key));
  const after = 1 + kept.findIndex(([key]) => key === `${TEXTS}description`);
  const texts = [...optionsByName()].map(([name, uses]) => [textKey(name), taskText(uses)] as const);
  return `${JSON.stringify(Object.fromEntries([...kept.slice(0, after), ...texts, ...kept.slice(after)]), null, 2)}\n`;
}

interface Use {
  readonly kind: JobKind;
  readonly option: Option;
}

/** Jobs share names of options: a task's schema cannot tell its jobs apart, so that each name stands for all of them. */
function optionsByName(): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const kind of JOB_KINDS)
    for (const [name, option] of givableOptionsOf(kind))
      // A task names its Training beside its options.
      if (name !== 'training') uses.set(name, [...(uses.get(name) ?? []), { kind, option }]);
  return uses;
}

function schemaOf(name: string, uses: readonly Use[]): object {
  const schemas = uses
    .map(({ option }) => option.schema)
    .filter((schema, index, all) => all.findIndex((other) => isDeepStrictEqual(other, schema)) === index);
  const defaults = new Set(uses.map(({ option }) => (option.open === undefined ? option.default : undefined)));
  const [given] = defaults;
  return {
    ...(schemas.length === 1 ? schemas[0] : { anyOf: schemas }),
    ...(defaults.size === 1 && given !== undefined ? { default: given } : {}),
    description: `%${textKey(name)}%`,
  };
}

const textKey = (name: string) => `${TEXTS}${name}.description`;

/** A line for each thing that the name means, with the jobs that mean it. */
function taskText(uses: readonly Use[]): string {
  const kinds = new Map<string, JobKind[]>();
  for (const { kind, option } of uses) {
    const line = `${option.help} (default: ${defaultOf(option)})`;
    kinds.set(line, [...(kinds.get(line) ?? []), kind]);
  }
  return [...kinds].map(([line, of]) => `${of.join(', ')}: ${line}`).join('\n');
}

const defaultOf = (option: Option): string => option.open ?? (option.value === '' ? 'no' : String(option.default));

function jobsPage(): string {
  return [
    '# Jobs and their options',
    'Every job, with all that can be asked of it. `node tools/job-tables.ts` writes this page from `src/jobs/options/job-table.ts`.',
    'The same options, with the same checks, are given on the command line (`karma-mas train --steps 200000`), in a task of `tasks.json` (`"options": { "steps": 200000 }`), and as arguments of a command in `keybindings.json`. Each job also takes `--seed` or `--seeds`, `--out` and `--resume` on the command line, and `seeds` in a task.',
    ...JOB_KINDS.flatMap((kind) => [
      `## ${kind}`,
      `${sentence(JOB_TABLE[kind].what)}`,
      `    ${JOB_TABLE[kind].example}`,
      [
        '| option | command line | what it is | values | default |',
        '|---|---|---|---|---|',
        ...givableOptionsOf(kind).map(([name, option]) => row(name, option)),
      ].join('\n'),
    ]),
  ].join('\n\n');
}

function row(name: string, option: Option): string {
  const value = option.value === '' ? '' : ` <${option.value}>`;
  const short = option.short === undefined ? '' : `\`-${option.short}\`, `;
  const cells = [`\`${name}\``, `${short}\`${flagOf(name)}${value}\``, option.help, option.must, defaultOf(option)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const sentence = (phrase: string) => `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;

async function formatted(path: string, text: string): Promise<string> {
  const filepath = join(root, path);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

if (import.meta.main)
  for (const [path, content] of await generatedFiles()) {
    writeFileSync(join(root, path), content);
    process.stdout.write(`${path}\n`);
  }
