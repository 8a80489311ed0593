import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import type { AddCommand, CommandHost, RunAction } from '../command.ts';

interface ImportOptions {
  readonly dir: string;
  readonly name?: string;
  readonly cluster?: string;
}

interface ExportOptions {
  readonly organization?: string;
  readonly out?: string;
}

interface ManifestOptions {
  readonly dir: string;
  readonly out?: string;
  readonly stage: 'shadow' | 'floor' | 'canary' | 'full';
  readonly image: string;
  readonly transfer: string;
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
  const { importMoiseFile } = await import('../../../setup/exchange/moise-files.ts');
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
  const command = program
    .command('export')
    .description(
      'write what another tool reads: manifests of the controller for kubectl, an organization for MOISE+MARL',
    )
    .argument('[run]', 'the run whose policies are to act: a training, or a transfer', 'latest')
    .addOption(new Option('--to <format>', 'what to write').choices(['manifests']).default('manifests'))
    .option('-o, --out <dir>', 'the folder to write to')
    .option('-d, --dir <dir>', 'the folder of the specs', '.')
    .addOption(
      new Option('--stage <stage>', 'the highest stage that the controller climbs to, and stays in')
        .choices(['shadow', 'floor', 'canary', 'full'])
        .default('canary'),
    )
    .addOption(
      new Option('--image <image>', 'the image of the controller').default('', 'karma-mas-controller of this version'),
    )
    .addOption(new Option('--transfer <name>', 'the Transfer to go by').default('', 'the only one'))
    .addHelpText(
      'after',
      '\nExample:\n  karma-mas export latest --dir chained-services --to manifests --out controller --stage canary',
    )
    .action((name: string, options: ManifestOptions) => run((host) => exportManifests(host, name, options)));
  command
    .command('moise')
    .description('as JSON of MOISE+MARL')
    .argument('[dir]', 'the folder of the specs', '.')
    .option('--organization <name>', 'the organization (default: the only one)')
    .option('-o, --out <file>', 'write it to this file instead of stdout')
    .addHelpText('after', '\nExample:\n  karma-mas export moise chained-services --organization resilience-team')
    // Both commands have --out, and commander assigns it to the outer one.
    .action((dir: string, _: ExportOptions, moise: Command) =>
      run((host) => exportMoise(host, dir, moise.optsWithGlobals<ExportOptions>())),
    );
}

async function exportManifests({ output, now }: CommandHost, name: string, options: ManifestOptions): Promise<number> {
  const { findRun } = await import('../../../runs/run-list.ts');
  const { runsFolder } = await import('../../../runs/run-directory.ts');
  const { exportRun, writeExported } = await import('../../../operating/manifests/export-run.ts');
  const { dir, out, stage, image, transfer } = options;
  if (out === undefined) throw new UsageError('Name the folder to write to: --out controller');
  const files = exportRun(findRun(runsFolder(resolve(dir)), name, now), { stage, image, transfer });
  writeExported(resolve(out), files);
  const paths = Object.keys(files).sort();
  output.result(
    { type: 'exported', folder: resolve(out), files: paths },
    [
      `Wrote to ${out}:`,
      ...paths.map((path) => `  ${path}`),
      '',
      'Next:',
      `  ${out}/README.md says how to install it`,
    ].join('\n'),
  );
  return EXIT.fine;
}

async function exportMoise(
  { output }: CommandHost,
  dir: string,
  { organization, out }: ExportOptions,
): Promise<number> {
  const { exportMoiseFolder } = await import('../../../setup/exchange/moise-files.ts');
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
