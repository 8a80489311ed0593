import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GPU_PAYS_FROM, selectBackend } from '../../../src/nn/select-backend.ts';

describe('nn: choice of the backend', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-nn-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A folder whose tfjs-node-gpu is this program. */
  function withPackage(name: string, program: string): string {
    const root = join(folder, name);
    const place = join(root, 'node_modules/@tensorflow/tfjs-node-gpu');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"main": "index.js"}');
    writeFileSync(join(place, 'index.js'), program);
    return root;
  }

  it("The backend 'auto' takes WASM for small networks without looking for a GPU", async () => {
    const packagePath = withPackage('exits', 'process.exit(1)');
    const { backend, reason, warning } = await selectBackend('auto', { packagePath, largestStep: GPU_PAYS_FROM - 1 });
    assert.equal(backend.name, 'wasm');
    assert.equal(reason, 'the networks are too small for a GPU to pay');
    assert.equal(warning, undefined);
    backend.dispose();
  });

  it("The backend 'auto' takes WASM and says why if the GPU package is missing or broken", async () => {
    const missing = await selectBackend('auto', { packagePath: folder, largestStep: GPU_PAYS_FROM, threads: 2 });
    assert.equal(missing.backend.name, 'wasm');
    assert.equal(missing.backend.device, 'CPU, WASM SIMD, 2 threads');
    assert.match(missing.reason, /^no GPU to use: @tensorflow\/tfjs-node-gpu is not installed in .*npm install/);
    // Nothing is wrong on a machine without the package.
    assert.equal(missing.warning, undefined);
    missing.backend.dispose();
    const packagePath = withPackage('no-binding', "throw new Error('libtensorflow.so.2: cannot open\\nand more')");
    const broken = await selectBackend('auto', { packagePath, largestStep: GPU_PAYS_FROM });
    assert.equal(broken.backend.name, 'wasm');
    assert.match(broken.reason, /is installed, but does not load: libtensorflow\.so\.2: cannot open \(npm rebuild/);
    assert.match(
      broken.warning!,
      /^The backend tfjs-gpu cannot be used: .*libtensorflow\.so\.2.*The WASM kernels compute instead/,
    );
    broken.backend.dispose();
  });

  it('WASM takes over, with a warning that gives the reason, if a backend named by the user does not load', async () => {
    const refuses = 'exports.ready = async () => {}; exports.setBackend = async () => false;';
    const cases = [
      [{ packagePath: folder }, /is not installed in .*: run npm install/],
      [{}, /is not installed beside this program/],
      [{ packagePath: withPackage('refuses', refuses) }, /loads but does not start: its backend is refused/],
    ] as const;
    for (const [options, why] of cases) {
      const { backend, reason, warning } = await selectBackend('tfjs-gpu', options);
      assert.equal(backend.name, 'wasm');
      assert.match(reason, /^in place of tfjs-gpu: /);
      assert.match(reason, why);
      assert.match(warning!, why);
      backend.dispose();
    }
  });

  it('The backend that is asked for by name is taken if it loads', async () => {
    for (const name of ['wasm', 'tfjs'] as const) {
      const { backend, reason, warning } = await selectBackend(name);
      assert.equal(backend.name, name);
      assert.equal(reason, 'as asked for');
      assert.equal(warning, undefined);
      backend.dispose();
    }
  });
});
