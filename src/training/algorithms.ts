/** The training algorithms by name. A new one is a folder beside mappo/ and a line here; `Algorithm['name']` has its name. */
import type { Algorithm } from '../spec/model.ts';
import type { AlgorithmEntry } from './algorithm.ts';
import { Mappo } from './mappo/mappo.ts';
import { largestStep } from './mappo/step-size.ts';

export const ALGORITHMS: Readonly<Record<Algorithm['name'], AlgorithmEntry>> = {
  mappo: { make: (options) => new Mappo(options), largestStep },
};
