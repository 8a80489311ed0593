import { Command, CommanderError } from 'commander';
import { describeFailure, EXIT } from '../../jobs/failure.ts';
import { SpecError } from '../../jobs/starting/spec-error.ts';
import { packageVersion } from '../../jobs/machine.ts';
import { addCluster } from './commands/cluster.ts';
import { addController } from './commands/controller.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExchange } from './commands/exchange.ts';
import { addExplain } from './commands/explain.ts';
import { addGpu } from './commands/gpu.ts';
import { addInit } from './commands/init.ts';
import { addJobCommands } from './commands/job-commands.ts';
import { addLsp } from './commands/lsp.ts';
import { addRuns } from './commands/runs.ts';
import { addTraces } from './commands/traces.ts';
import { addValidate } from './commands/validate.ts';
import { formatProblem } from '../../spec/problem.ts';
import type { CommandHost, RunAction } from './command.ts';
import { Output, wantsColor } from './output.ts';

const EXIT_CODES = `
Exit codes: 0 fine, 1 problems found, 2 wrong usage, 3 a file or a cluster failed, 130 stopped.`;

/** Parses the arguments (without node and script), runs the command and resolves with the exit code. Never throws. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.fine;
  const program = new Command('karma-mas');
  const host = (): CommandHost => ({ output: outputOf(program), now: Date.now });
  const run: RunAction = async (action) => {
    exitCode = await action(host());
  };
  program
    .description('Design, train, understand and safely deploy a small organization of Kubernetes autoscaling agents.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .option('--json', 'print results as JSON, one object a line, and nothing else on stdout')
    .option('--no-color', 'print without colors (as with NO_COLOR=1)')
    .option('--debug', 'print where an error came from (as with KARMA_DEBUG=1)')
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  for (const add of [
    addInit,
    addValidate,
    addJobCommands,
    addExplain,
    addRuns,
    addTraces,
    addCluster,
    addController,
    addExchange,
    addDoctor,
    addGpu,
    addLsp,
  ])
    add(program, run);
  for (const command of allCommands(program)) command.exitOverride().copyInheritedSettings(program);

  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error, args);
    return tellFailure(host().output, error);
  }
}

/** Reports why a command failed and returns the exit code. */
function tellFailure(output: Output, error: unknown): number {
  const { message, exitCode, stack } = describeFailure(error);
  output.error(message, stack);
  if (error instanceof SpecError) for (const problem of error.problems) output.message(`  ${formatProblem(problem)}`);
  return exitCode;
}

/** Commander has already printed the message. */
function usageExit(error: CommanderError, args: readonly string[]): number {
  if (error.exitCode === 0) return EXIT.fine;
  if (args.includes('--json')) {
    const message = error.message.replace(/^error: /, '');
    process.stdout.write(`${JSON.stringify({ type: 'error', message })}\n`);
  }
  return EXIT.usage;
}

function outputOf(program: Command): Output {
  const { json, color, debug } = program.opts<{ json?: boolean; color: boolean; debug?: boolean }>();
  return new Output({
    json: json === true,
    color: wantsColor(color, process.stderr, process.env),
    debug: debug === true || Boolean(process.env.KARMA_DEBUG),
  });
}

function allCommands(program: Command): Command[] {
  return program.commands.flatMap((command) => [command, ...allCommands(command)]);
}
