import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withIoErrors } from '../../../runs/io-error.ts';
import { asset } from '../../runner/assets.ts';
import { EXIT, UsageError } from '../../runner/failure.ts';
import type { AddCommand, CommandHost } from '../program.ts';

export const addInit: AddCommand = (program, run) => {
  const command = program
    .command('init')
    .description('copy the sample specs, chained-services, into a new folder')
    .argument('[dir]', 'the folder to make', 'chained-services')
    .addHelpText('after', '\nExample:\n  karma-mas init my-cluster && karma-mas validate my-cluster');
  command.action((dir: string) => run((host) => init(host, dir)));
};

function init({ output }: CommandHost, dir: string): number {
  const target = resolve(dir);
  if (existsSync(target) && withIoErrors(target, () => readdirSync(target)).length > 0)
    throw new UsageError(`${dir} is not empty, and init overwrites nothing: name a new folder.`);
  withIoErrors(target, () => cpSync(asset(join('examples', 'chained-services')), target, { recursive: true }));
  const files = readdirSync(target).sort();
  output.result(
    { type: 'initialized', directory: target, files },
    [
      `Copied the sample into ${dir}: ${files.join(', ')}`,
      '',
      'Next:',
      `  karma-mas validate ${dir}`,
      `  karma-mas run ${dir}`,
    ].join('\n'),
  );
  return EXIT.fine;
}
