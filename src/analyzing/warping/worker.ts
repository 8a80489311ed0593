/** A thread of the distance matrix: gets the problem once, then the first sequence of a block, and answers with its distances. */
import { parentPort, workerData } from 'node:worker_threads';
import { BlockWarper, type WarpingProblem } from './block-warper.ts';

export interface WarpingSetup {
  readonly module: WebAssembly.Module;
  readonly problem: WarpingProblem;
}

const { module, problem } = workerData as WarpingSetup;
const warper = new BlockWarper(module, problem);
parentPort!.on('message', (first: number) => {
  const distances = warper.distances(first);
  parentPort!.postMessage(distances, [distances.buffer as ArrayBuffer]);
});
