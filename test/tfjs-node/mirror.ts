/**
 * A mirror on this machine of the hosts that @tensorflow/tfjs-node-gpu downloads from, filled from an installation by install.sh: npm
 * and the package's own script then install the real package, with TensorFlow's library and a prebuilt binding, without these hosts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Mirror extends AsyncDisposable {
  /** Environment in which the package downloads from here. */
  readonly env: Record<string, string>;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** Answers 403 from now on, as the real host did at times. */
  refuse(): void;
}

/** `installed`: the folder that install.sh printed. */
export async function startMirror(installed: string): Promise<Mirror> {
  const place = join(installed, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  // Under the names that the script looks for, and those that the binding was linked with.
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => join('lib', name));
  const archives = new Map([
    [
      '/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz',
      () => pack(join(place, 'deps'), libraries),
    ],
    ['/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz', () => pack(join(place, 'lib'), ['napi-v8/tfjs_binding.node'])],
  ]);
  const bytes = libraries.reduce((sum, file) => sum + statSync(join(place, 'deps', file)).size, 0);
  const asked: string[] = [];
  let refuses = false;
  const server = createServer((request, response: ServerResponse) => {
    asked.push(`${request.method} ${request.url}`);
    const archive = archives.get(request.url ?? '');
    if (refuses || !archive) return void response.writeHead(refuses ? 403 : 404).end('<Error/>');
    if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': bytes }).end();
    const tar = archive();
    tar.stdout.pipe(response);
    response.on('close', () => tar.kill());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    env: { TFJS_NODE_CDN_STORAGE: address, npm_config_tfjs_binding_binary_host_mirror: address },
    asked,
    refuse: () => (refuses = true),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Files behind links, in a form that reading a .tar.gz accepts without the time that compressing takes. */
function pack(folder: string, files: readonly string[]) {
  return spawn('tar', ['--dereference', '-cf', '-', '-C', folder, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
}
