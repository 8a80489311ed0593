/** Adds the options of a job to the command line, from the table of all jobs. */
import { Option, type Command } from 'commander';
import { EXIT } from '../../../jobs/failure.ts';
import { optionProblem } from '../../../jobs/options/check-options.ts';
import { flagOf, givableOptionsOf, type JobKind } from '../../../jobs/options/job-table.ts';

/** Adds the options to the command. An invalid value gives the same sentence as in every other way to start the job. */
export function addJobOptions(command: Command, kind: JobKind): void {
  for (const [name, option] of givableOptionsOf(kind)) {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const value = option.value === '' ? '' : ` <${option.value}>`;
    const added = new Option(`${short}${flagOf(name)}${value}`, option.help).default(option.default, option.open);
    if (option.choices) added.choices(option.choices);
    if (value !== '')
      added.argParser((text) => {
        const parsed = option.parse(text);
        const problem = optionProblem(name, option, parsed);
        if (problem !== undefined) refuse(command, problem);
        return parsed;
      });
    command.addOption(added);
  }
}

/** Returns the options that were given. The others get their defaults when the run is created. */
export function givenJobOptions(command: Command, kind: JobKind): Record<string, unknown> {
  const names = givableOptionsOf(kind)
    .map(([name]) => name)
    .filter((name) => command.getOptionValueSource(name) === 'cli');
  return Object.fromEntries(names.map((name) => [name, command.getOptionValue(name) as unknown]));
}

/** Uses an error code that is not commander's own, for which commander would put another sentence before the message. */
function refuse(command: Command, problem: string): never {
  command.error(`error: ${problem}`, { exitCode: EXIT.usage, code: 'karma.invalidOption' });
}
