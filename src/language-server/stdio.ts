/**
 * The language server over the standard streams of this process. The library is imported here, not where a command asks for
 * it on demand: a bundle gives a package of CommonJS that is loaded on demand only its default export.
 */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server.ts';

/** Returns at once; the connection ends the process, as the protocol says how. */
export function serveStdio(): void {
  serve(createConnection(ProposedFeatures.all, process.stdin, process.stdout));
}
