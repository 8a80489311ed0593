/** A thread of the distance matrix: gets the problem once, then the first sequence of a block, and answers with its distances. */
import { parentPort, workerData } from 'node:worker_threads';
import { BlockWarper, type WarpingProblem } from './block-warper.ts';

export interface WarpingSetup {
  readonly module: WebAssembly.Module;
  readonly problem: WarpingProblem;
}

const port = parentPort;
if (!port) throw new Error('This module is the body of a worker thread.');
const { module, problem } = workerData as WarpingSetup;
const warper = new BlockWarper(module, problem);
port.on('message', (first: number) => {
  const distances = warper.distances(first);
  port.postMessage(distances, [distances.buffer as ArrayBuffer]);
});
