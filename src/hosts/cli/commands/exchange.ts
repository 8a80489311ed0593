import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../runner/failure.ts';
import type { AddCommand, CommandHost, RunAction } from '../program.ts';

interface ImportOptions {
  readonly dir: string;
  readonly name?: string;
  readonly cluster?: string;
}

interface ExportOptions {
  readonly organization?: string;
  readonly out?: string;
}

export const addExchange: AddCommand = (program, run) => {
  addImport(program, run);
  addExport(program, run);
};

function addImport(program: Command, run: RunAction): void {
  program
    .command('import')
    .description('make specs of an organization that another tool describes')
    .command('moise')
    .description('an organization of MOISE+MARL, as JSON')
    .argument('<file>', 'the JSON file')
    .option('-d, --dir <dir>', 'the folder of the specs', '.')
    .option('--name <name>', 'name of the organization (default: that of the file)')
    .option('--cluster <name>', 'name of the cluster that it scales (default: the only one of the folder)')
    .addHelpText(
      'after',
      `
Writes NAME.karma.yaml, and NAME.moise.json with the file as it is: export takes from it what specs have no place for.
Python rules and rules over labels are kept and never executed; each is told.
Example:
  karma-mas import moise organizational_model1.json --dir my-cluster`,
    )
    .action((file: string, options: ImportOptions) => run((host) => importMoise(host, file, options)));
}

async function importMoise({ output }: CommandHost, file: string, options: ImportOptions): Promise<number> {
  const { importMoiseFile } = await import('../../exchange/moise-files.ts');
  const result = await importMoiseFile(resolve(file), resolve(options.dir), options);
  for (const problem of result.problems) {
    const { line, column, severity, message, pointer } = problem;
    output.result(
      { type: 'problem', file, ...problem },
      `${file}:${line}:${column}: ${severity}: ${message} (${pointer || '/'})`,
    );
  }
  if (result.files.length === 0) return EXIT.problems;
  const { organization, files } = result;
  output.result(
    { type: 'imported', organization, files },
    [
      `Wrote organization ${organization}: ${files.join(', ')}`,
      '',
      'Next:',
      `  karma-mas validate ${options.dir}`,
    ].join('\n'),
  );
  return EXIT.fine;
}

function addExport(program: Command, run: RunAction): void {
  program
    .command('export')
    .description('describe an organization as another tool does')
    .command('moise')
    .description('as JSON of MOISE+MARL')
    .argument('[dir]', 'the folder of the specs', '.')
    .option('--organization <name>', 'the organization (default: the only one)')
    .option('-o, --out <file>', 'write it to this file instead of stdout')
    .addHelpText('after', '\nExample:\n  karma-mas export moise chained-services --organization resilience-team')
    .action((dir: string, options: ExportOptions) => run((host) => exportMoise(host, dir, options)));
}

async function exportMoise(
  { output }: CommandHost,
  dir: string,
  { organization, out }: ExportOptions,
): Promise<number> {
  const { exportMoiseFolder } = await import('../../exchange/moise-files.ts');
  const text = await exportMoiseFolder(resolve(dir), organization);
  if (out === undefined) {
    output.result(JSON.parse(text) as object, text.trimEnd());
    return EXIT.fine;
  }
  const { writeFileAtomic } = await import('../../../runs/atomic-file.ts');
  const { withIoErrors } = await import('../../../runs/io-error.ts');
  withIoErrors(out, () => writeFileAtomic(resolve(out), text));
  output.result({ type: 'exported', file: resolve(out) }, `Wrote ${out}`);
  return EXIT.fine;
}
