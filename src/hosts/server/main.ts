/** Entry of the language server: a process that speaks LSP over its standard streams or node-ipc, or a worker thread. */
import { parentPort } from 'node:worker_threads';
import { createConnection, PortMessageReader, PortMessageWriter, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from '../../language-server/server.ts';

const connection = parentPort
  ? createConnection(ProposedFeatures.all, new PortMessageReader(parentPort), new PortMessageWriter(parentPort))
  : createConnection(ProposedFeatures.all);
serve(connection);
