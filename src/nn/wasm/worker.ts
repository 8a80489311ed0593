/** A worker thread of the WASM backend: waits for jobs and carries out its share of each. */
import { parentPort, workerData } from 'node:worker_threads';
import { CONTROL_DONE, CONTROL_GENERATION, CONTROL_JOB, CONTROL_WORDS, type WorkerSetup } from './threads.ts';

const { module, memory, control, thread } = workerData as WorkerSetup;
const instance = new WebAssembly.Instance(module, { env: { memory } });
const share = instance.exports.share as (job: number, thread: number) => void;
// The buffer after a growth has the same bytes, so this view stays good.
const words = new Int32Array(memory.buffer, control, CONTROL_WORDS);

/** Jobs of one training follow one another within microseconds, and a sleeping thread takes longer than that to wake. */
const SPINS = 20_000;

parentPort!.postMessage('ready');
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
