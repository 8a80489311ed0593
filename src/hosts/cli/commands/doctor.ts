import { resolve } from 'node:path';
import type { Finding } from '../../../setup/checks/finding.ts';
import { kernelFiles, runnerEntry } from '../../../jobs/assets.ts';
import { EXIT } from '../../../jobs/failure.ts';
import type { AddCommand, CommandHost } from '../command.ts';
import type { Output } from '../output.ts';

export const addDoctor: AddCommand = (program, run) => {
  program
    .command('doctor')
    .description(
      'check what runs need: Node, backends, kubeconfig, disk, runs, specs; say what to do about each finding',
    )
    .argument('[dirs...]', 'folders of specs (default: ".")')
    .addHelpText(
      'after',
      `
Nothing is changed and no cluster is contacted.
Example:
  karma-mas doctor chained-services`,
    )
    .action((dirs: string[]) => run((host) => doctor(host, dirs.length > 0 ? dirs : ['.'])));
};

async function doctor({ output, now }: CommandHost, dirs: readonly string[]): Promise<number> {
  const { findings } = await import('../../../setup/checks/doctor.ts');
  const found = { ok: 0, warning: 0, problem: 0 };
  const options = { folders: dirs.map((dir) => resolve(dir)), env: process.env, now };
  for await (const finding of findings({ ...options, runner: runnerEntry(), kernels: kernelFiles() })) {
    found[finding.state]++;
    output.result({ type: 'finding', ...finding }, formatFinding(finding, output));
  }
  const { ok, warning, problem } = found;
  output.result(
    { type: 'checked', ok, warnings: warning, problems: problem },
    `${count(problem, 'problem')}, ${count(warning, 'warning')}, ${ok} ok`,
  );
  return problem > 0 ? EXIT.problems : EXIT.fine;
}

const COLORS = { ok: 'green', warning: 'yellow', problem: 'red' } as const;
/** The lengths of the longest state and the longest title. */
const STATE = 7;
const TITLE = 14;

function formatFinding({ state, title, message, advice }: Finding, output: Output): string {
  const line = `${output.paint(COLORS[state], state.padEnd(STATE))}  ${title.padEnd(TITLE)}  ${message}`;
  return advice === undefined ? line : `${line}\n${' '.repeat(STATE + TITLE + 4)}${advice}`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
