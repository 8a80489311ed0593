#!/usr/bin/env node
import { describeFailure, EXIT } from '../../jobs/failure.ts';
import { runCommandLine } from './program.ts';

// The reader of the output may stop early (karma-mas runs | head).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.fine : EXIT.io);
});
// Thrown where no command could catch it, such as in a system callback.
process.on('uncaughtException', (error) => {
  const { message, exitCode, stack } = describeFailure(error);
  process.stderr.write(`error: ${message}\n${process.env.KARMA_DEBUG ? `${stack}\n` : ''}`);
  process.exit(exitCode);
});

process.exitCode = await runCommandLine(process.argv.slice(2));
