import { parseArgs } from 'node:util';
import type { Stage } from '../../transferring/ladder.ts';

const STAGES: readonly Stage['stage'][] = ['shadow', 'floor', 'canary', 'full'];

export interface ControllerArguments {
  /** Folder of the mounted configuration. */
  readonly config: string;
  /** Empty = the only one. */
  readonly transfer: string;
  /** The highest to climb to. */
  readonly stage: Stage['stage'];
  /** A trace store; empty = no traces are kept. */
  readonly traces: string;
  /** Of the kubeconfig; empty = the service account. */
  readonly context: string;
  readonly port: number;
  /** In the lease; empty = made from the pod's name. */
  readonly identity: string;
}

/** Throws where an argument is unknown or wrong. */
export function readArguments(): ControllerArguments {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: '/etc/karma-mas' },
      transfer: { type: 'string', default: '' },
      stage: { type: 'string', default: 'canary' },
      traces: { type: 'string', default: '' },
      context: { type: 'string', default: '' },
      port: { type: 'string', default: '8080' },
      identity: { type: 'string', default: '' },
    },
  });
  const stage = STAGES.find((each) => each === values.stage);
  if (!stage) throw new Error(`--stage must be one of ${STAGES.join(', ')}.`);
  return { ...values, stage, port: Number(values.port) };
}
