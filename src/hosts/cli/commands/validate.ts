import { resolve } from 'node:path';
import { EXIT } from '../../runner/failure.ts';
import type { AddCommand, CommandHost } from '../program.ts';

export const addValidate: AddCommand = (program, run) => {
  program
    .command('validate')
    .description('check the specs (*.karma.yaml) of a folder: shapes, references, units, CEL')
    .argument('[dir]', 'the folder of the specs', '.')
    .addHelpText(
      'after',
      `
Each problem is printed as file:line:column: severity code: what is wrong and what to do.
Example:
  karma-mas validate chained-services`,
    )
    .action((dir: string) => run((host) => validate(host, dir)));
};

async function validate({ output }: CommandHost, dir: string): Promise<number> {
  // Loaded here, as in the other commands: help and the list of runs need none of the engine.
  const { formatIn, readSpecs } = await import('../../runner/specs.ts');
  const { model, problems } = await readSpecs(resolve(dir));
  for (const problem of problems) output.result({ type: 'problem', ...problem }, formatIn(dir, problem));
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const objects = Object.values(model).reduce((sum: number, list: readonly unknown[]) => sum + list.length, 0);
  output.result(
    { type: 'validated', objects, errors, warnings },
    errors > 0
      ? `${count(errors, 'error')}, ${count(warnings, 'warning')}`
      : `${count(objects, 'object')}: no errors${warnings > 0 ? `, ${count(warnings, 'warning')}` : ''}`,
  );
  return errors > 0 ? EXIT.problems : EXIT.fine;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
