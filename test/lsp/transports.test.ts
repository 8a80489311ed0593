import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  PortMessageReader,
  PortMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { InitializeResult, PublishDiagnosticsParams } from 'vscode-languageserver';
import { ensureBuilt } from '../../tools/build-once.ts';

const MAIN = join(ensureBuilt(), 'server.mjs');

/** Holds one short conversation with the server, over any transport. */
async function converse(connection: MessageConnection): Promise<void> {
  const told = new Promise<PublishDiagnosticsParams>((resolve) =>
    connection.onNotification('textDocument/publishDiagnostics', resolve),
  );
  connection.listen();
  const params = { processId: process.pid, rootUri: null, capabilities: {} };
  const { serverInfo } = await connection.sendRequest<InitializeResult>('initialize', params);
  assert.equal(serverInfo?.name, 'karma-mas');
  await connection.sendNotification('initialized', {});
  const textDocument = { uri: 'untitled:a', languageId: 'karma', version: 1, text: 'kind: Rol\n' };
  await connection.sendNotification('textDocument/didOpen', { textDocument });
  assert.equal((await told).diagnostics[0].code, 'unknown-kind');
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
}

describe('language server: transports', () => {
  it('The language server runs as a process over node-ipc', async () => {
    const child = fork(MAIN, ['--node-ipc'], { execArgv: [] });
    const exit = once(child, 'exit');
    await converse(createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)));
    assert.deepEqual((await exit)[0], 0);
  });

  it('The language server as a process over standard streams ends when its client closes them', async () => {
    const child = fork(MAIN, ['--stdio'], { silent: true, execArgv: [] });
    const exit = once(child, 'exit');
    child.stdin!.end();
    assert.deepEqual((await exit)[0], 1, 'without a word it is a failure');
  });

  it('The language server runs in a worker thread of this process', async () => {
    const worker = new Worker(MAIN);
    const exit = once(worker, 'exit');
    await converse(createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker)));
    assert.deepEqual((await exit)[0], 0);
  });
});
