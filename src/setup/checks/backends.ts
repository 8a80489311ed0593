/** Checks the optional backends, each in a separate process. */
import { explainGpu } from '../gpu/explain-gpu.ts';
import type { Finding } from './finding.ts';
import { seemsToHaveGpu, type Nvidia } from '../gpu/nvidia.ts';
import type { Probed } from '../../jobs/backend/probe.ts';

export function checkGpu(probed: Probed, nvidia: Nvidia): Finding {
  const about = { check: 'gpu', title: 'GPU backend' } as const;
  const { state, message, advice } = explainGpu(probed, nvidia);
  const told = { message, ...(advice === undefined ? {} : { advice }) };
  switch (state) {
    case 'gpu':
      return { ...about, state: 'ok', ...told };
    case 'cpu':
      return { ...about, state: 'warning', ...told };
    case 'broken':
      return { ...about, state: 'warning', ...told, action: { type: 'setUpGpu' } };
    case 'missing':
      return seemsToHaveGpu(nvidia)
        ? {
            ...about,
            state: 'ok',
            message: `Not installed, although this machine has ${nvidia.gpus[0] ?? 'an NVIDIA GPU'}. It pays for large networks only.`,
            advice: 'Set Up GPU Backend (karma-mas gpu install) installs it.',
            action: { type: 'setUpGpu' },
          }
        : {
            ...about,
            state: 'ok',
            message: 'Not installed, and this machine shows no NVIDIA GPU: nothing is missing.',
          };
  }
}

export function checkTfjs({ probe }: Probed): Finding {
  const about = { check: 'tfjs', title: 'TensorFlow.js' } as const;
  if (probe.loads) return { ...about, state: 'ok', message: `The backend tfjs works: ${probe.device}.` };
  if (probe.missing)
    return { ...about, state: 'ok', message: 'Not installed; only a Training with the backend "tfjs" needs it.' };
  return { ...about, state: 'warning', message: probe.message, advice: 'Take the backend "wasm" or "auto".' };
}
