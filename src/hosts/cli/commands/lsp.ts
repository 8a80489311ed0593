import { Option } from 'commander';
import type { AddCommand } from '../command.ts';

export const addLsp: AddCommand = (program, run) => {
  program
    .command('lsp')
    .description('serve editors that speak the Language Server Protocol (LSP), over stdin and stdout')
    .option('--stdio', 'the only way there is; many editors ask for it by name')
    .addOption(new Option('--clientProcessId <id>', 'the server ends with this process').hideHelp())
    .addHelpText(
      'after',
      `
An editor starts it; docs/editors.md has settings for Neovim and Helix.
Example:
  karma-mas lsp --stdio`,
    )
    .action(() => run(serveLsp));
};

/** Never resolves, since the connection ends the process as the protocol requires. */
async function serveLsp(): Promise<number> {
  const { serveStdio } = await import('../../../language-server/stdio.ts');
  serveStdio();
  return new Promise<number>(() => {});
}
