import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainGpu } from '../../../src/setup/gpu/explain-gpu.ts';
import { gpuPackagePath } from '../../../src/jobs/backend/gpu-package.ts';
import { askGpuSize, describeGpuSize, libraryUrl, whyNoGpuBuild } from '../../../src/setup/gpu/gpu-size.ts';
import { explainNpmFailure } from '../../../src/setup/gpu/npm-failure.ts';
import type { Nvidia } from '../../../src/setup/gpu/nvidia.ts';
import type { Probe } from '../../../src/jobs/backend/probe.ts';

/** Recorded output of TensorFlow and npm; fixtures/README.md says where it comes from. */
const sample = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

describe('setup: size of the GPU package', () => {
  const never = new AbortController().signal;
  const url = 'https://storage.googleapis.com/x.tar.gz';

  it('The size of the GPU package comes from a HEAD request to the host of the library', async () => {
    const asked: [string, string | undefined][] = [];
    const size = await askGpuSize(url, never, (address, init) => {
      asked.push([String(address), init?.method]);
      return Promise.resolve(new Response(null, { headers: { 'content-length': '400000000' } }));
    });
    assert.deepEqual(asked, [[url, 'HEAD']]);
    assert.equal(size.problem, undefined);
    assert.equal(
      describeGpuSize(size),
      '@tensorflow/tfjs-node-gpu with TensorFlow 2.9.1: 477 MB to download, about 1.2 GB on disk.',
    );
  });

  it('The size of the GPU package is an estimate, with the reason, when the host refuses or does not answer', async () => {
    const refused = await askGpuSize(url, never, () => Promise.resolve(new Response(null, { status: 403 })));
    assert.match(refused.problem!, /^storage\.googleapis\.com answers 403/);
    assert.match(describeGpuSize(refused), /about 557 MB to download, about 1\.3 GB on disk/);
    const failure = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ENOTFOUND' } });
    const offline = await askGpuSize(url, never, () => Promise.reject(failure));
    assert.match(offline.problem!, /does not answer \(ENOTFOUND\)/);
    await assert.rejects(
      askGpuSize(url, AbortSignal.abort(), () => Promise.reject(failure)),
      { name: 'AbortError' },
    );
  });

  it('libraryUrl returns the address from which the package itself downloads the library', () => {
    assert.equal(
      libraryUrl('linux', {}),
      'https://storage.googleapis.com/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz',
    );
    assert.equal(
      libraryUrl('win32', { TFJS_NODE_CDN_STORAGE: 'https://mirror/' }),
      'https://mirror/tensorflow/libtensorflow/libtensorflow-gpu-windows-x86_64-2.9.1.zip',
    );
  });

  it('whyNoGpuBuild explains on which platforms TensorFlow has no GPU build', () => {
    assert.equal(whyNoGpuBuild('linux', 'x64'), undefined);
    assert.match(whyNoGpuBuild('darwin', 'arm64')!, /Linux and Windows on x64 only.*the WASM kernels compute here/);
    assert.match(whyNoGpuBuild('linux', 'arm64')!, /linux on arm64/);
  });

  it('gpuPackagePath returns the folder in KARMA_TFJS_PATH, and undefined when no package is installed', () => {
    assert.equal(gpuPackagePath({ KARMA_TFJS_PATH: '/somewhere' }), '/somewhere');
    assert.equal(gpuPackagePath({ KARMA_DATA: '/nowhere' }), undefined);
  });
});

describe('setup: why npm failed', () => {
  const cases: readonly (readonly [sample: string, expected: RegExp])[] = [
    ['npm-host-unreachable.txt', /host of TensorFlow's library cannot be reached.*karma-mas\.gpu\.packagePath/],
    ['npm-403.txt', /refuses the download.*karma-mas\.gpu\.packagePath.*TFJS_NODE_CDN_STORAGE/],
    ['npm-timeout.txt', /host of TensorFlow's library cannot be reached/],
    ['npm-registry.txt', /The npm registry cannot be reached/],
  ];
  for (const [name, expected] of cases)
    it(`explainNpmFailure explains the output in ${name}`, () =>
      assert.match(explainNpmFailure(sample(name), 'exit code 1'), expected));

  it('explainNpmFailure repeats the last error of npm when it knows no reason', () => {
    const output = 'npm error code E999\nnpm error Something odd: an error\nnpm error A complete log of this run: x\n';
    assert.match(explainNpmFailure(output, 'exit code 1'), /\(exit code 1\): Something odd: an error\. The log/);
    assert.match(explainNpmFailure('', 'ended by SIGKILL'), /npm did not install the package \(ended by SIGKILL\)\./);
  });
});

describe('setup: whether a GPU is used, and why not', () => {
  const none: Nvidia = { gpus: [], hasDevice: false };
  const card: Nvidia = { gpus: ['NVIDIA GeForce RTX 4090'], driver: '550.54', hasDevice: true };
  const loaded = (library: string, usesGpu = false): Probe => ({
    loads: true,
    device: usesGpu ? `NVIDIA GeForce RTX 4090, TensorFlow ${library}` : `CPU, TensorFlow ${library}`,
    usesGpu,
    packageName: '@tensorflow/tfjs-node-gpu',
    library,
  });
  const broken = (message: string): Probe => ({ loads: false, missing: false, message });

  it('explainGpu names the GPU that computes', () => {
    const report = explainGpu({ probe: loaded('2.9.1', true), output: '' }, card);
    assert.equal(report.state, 'gpu');
    assert.equal(
      report.message,
      '@tensorflow/tfjs-node-gpu with TensorFlow 2.9.1 computes on NVIDIA GeForce RTX 4090.',
    );
    assert.equal(report.advice, undefined);
  });

  const cases: readonly (readonly [
    what: string,
    file: string,
    library: string,
    Nvidia,
    message: RegExp,
    advice: RegExp,
  ])[] = [
    ['no GPU', 'tf-2.15-cuda-no-driver.txt', '2.15.1', none, /no NVIDIA GPU \(no driver/, /nvidia\.com\/drivers/],
    [
      'a GPU and a build for CPUs',
      'tf-2.15-cpu-build.txt',
      '2.15.1',
      card,
      /RTX 4090, but this build of TensorFlow 2\.15\.1 .* built for CPUs/,
      /Take a build with CUDA/,
    ],
    [
      'a GPU but no CUDA',
      'tf-2.9-no-cudart.txt',
      '2.9.1',
      card,
      /RTX 4090, but libraries of CUDA are not found: libcudart\.so\.11\.0/,
      /CUDA 11\.2 and cuDNN 8\.1.*LD_LIBRARY_PATH/,
    ],
    ['a GPU but no cuDNN', 'tf-2.9-no-cudnn.txt', '2.9.1', card, /are not found: libcudnn\.so\.8\./, /cuDNN 8\.1/],
    [
      'neither a GPU nor CUDA',
      'tf-2.9-no-cudart.txt',
      '2.9.1',
      none,
      /no NVIDIA GPU .*libcudart/,
      /drivers.*CUDA 11\.2/,
    ],
    [
      'a GPU that is hidden',
      'tf-2.9-no-device.txt',
      '2.9.1',
      card,
      /shows TensorFlow no device \(CUDA_ERROR_NO_DEVICE/,
      /CUDA_VISIBLE_DEVICES.*--gpus all/,
    ],
    [
      'a driver that does not start',
      'tf-2.9-unknown-error.txt',
      '2.9.1',
      card,
      /driver of NVIDIA GeForce RTX 4090 does not start \(UNKNOWN ERROR \(34\)/,
      /Restart the machine/,
    ],
  ];
  for (const [what, file, library, nvidia, message, advice] of cases)
    it(`explainGpu says why TensorFlow computes on the CPU, given ${what} (${file})`, () => {
      const report = explainGpu({ probe: loaded(library), output: sample(file) }, nvidia);
      assert.equal(report.state, 'cpu');
      assert.match(report.message, message);
      assert.match(report.advice!, advice);
      assert.match(report.advice!, /Until then the backend "auto" computes with the WASM kernels/);
    });

  it('explainGpu says what to do about a package that does not load', () => {
    const advice = (message: string) => explainGpu({ probe: broken(message), output: '' }, card).advice;
    assert.match(
      advice('x is installed, but does not load: x.node: file too short')!,
      /damaged or of another platform/,
    );
    assert.match(advice('x.node: invalid ELF header')!, /damaged or of another platform/);
    assert.match(
      advice('libstdc++.so.6: cannot open shared object file: No such')!,
      /Install the library libstdc\+\+\.so\.6/,
    );
    assert.match(advice("/lib/libc.so.6: version `GLIBC_2.34' not found")!, /newer operating system \(GLIBC_2\.34\)/);
    assert.match(advice('The specified module could not be found.')!, /Visual C\+\+ Redistributable/);
    assert.match(advice('something')!, /Remove GPU Backend/);
    assert.equal(explainGpu({ probe: { ...broken(''), missing: true } as Probe, output: '' }, none).state, 'missing');
  });

  it('explainGpu recognizes the package that is built for CPUs', () => {
    const probe = { ...loaded('2.9.1'), packageName: '@tensorflow/tfjs-node' } as Probe;
    assert.match(explainGpu({ probe, output: '' }, card).message, /@tensorflow\/tfjs-node is the build for CPUs/);
  });
});
