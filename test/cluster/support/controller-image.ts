/** The image of the controller for the test cluster, which has no registry: this machine's Node, its libraries, and the built controller. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runFolder } from './kubectl.ts';

const root = join(import.meta.dirname, '../../..');
const controller = join(root, 'dist/controller.mjs');

/** Makes the image as image/Containerfile of the export does, and imports it to the node. `name`: localhost/NAME:TAG. */
export function importControllerImage(name: string): void {
  const work = mkdtempSync(join(tmpdir(), 'karma-image-'));
  try {
    const layer = join(work, 'layer');
    for (const file of [process.execPath, ...librariesOf(process.execPath)]) {
      const target = join(layer, file === process.execPath ? 'bin/node' : file);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(file, target);
    }
    cpSync(controller, join(layer, 'opt/karma-mas/controller.mjs'));
    const image = join(work, 'image');
    mkdirSync(image);
    run('tar', ['-C', layer, '--owner=0', '--group=0', '-cf', join(image, 'layer.tar'), '.']);
    const digest = createHash('sha256')
      .update(readFileSync(join(image, 'layer.tar')))
      .digest('hex');
    const config = {
      architecture: arch() === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/bin/node', '/opt/karma-mas/controller.mjs'], User: '65532:65532' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    };
    writeFileSync(join(image, 'config.json'), JSON.stringify(config));
    const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
    writeFileSync(join(image, 'manifest.json'), JSON.stringify(manifest));
    run('tar', ['-C', image, '-cf', join(work, 'image.tar'), '.']);
    const socket = join(runFolder, 'containerd.sock');
    run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', join(work, 'image.tar')]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The shared libraries of a program, including the loader. */
const librariesOf = (program: string): string[] =>
  [...run('ldd', [program]).matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file);

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
