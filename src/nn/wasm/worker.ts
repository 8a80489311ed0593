/** A worker thread of the WASM backend: waits for jobs and does its share of each. */
import { parentPort, workerData } from 'node:worker_threads';
import { CONTROL_DONE, CONTROL_GENERATION, CONTROL_JOB, CONTROL_WORDS, type WorkerSetup } from './threads.ts';

const { module, memory, control, thread } = workerData as WorkerSetup;
const instance = new WebAssembly.Instance(module, { env: { memory } });
const { share } = instance.exports as { share: (job: number, thread: number) => void };
// A memory that grows keeps its bytes, so that this view stays valid.
const words = new Int32Array(memory.buffer, control, CONTROL_WORDS);

/** The jobs of a training follow one another within microseconds, and a sleeping thread takes longer than that to wake up. */
const SPINS = 20_000;

if (!parentPort) throw new Error('This program runs only in a worker thread of the WASM backend.');
parentPort.postMessage('ready');
for (let generation = 0; ;) {
  for (let i = 0; i < SPINS && Atomics.load(words, CONTROL_GENERATION) === generation; i++);
  Atomics.wait(words, CONTROL_GENERATION, generation);
  generation = Atomics.load(words, CONTROL_GENERATION);
  const job = Atomics.load(words, CONTROL_JOB);
  if (job === 0) break;
  share(job, thread);
  Atomics.add(words, CONTROL_DONE, 1);
  Atomics.notify(words, CONTROL_DONE);
}
