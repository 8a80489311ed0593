import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';
import { isMissing, toIoError, withIoErrors } from './io-error.ts';

/** How a person steers a transfer: go on as planned, stay in the stage, or go to the next one now (counts once). */
export const STEERING = ['goOn', 'hold', 'promote'] as const;
export type Steering = (typeof STEERING)[number];

/** For the process that works on the run; it stands until it is replaced. Throws an IoError. */
export function steer(runDirectory: string, steering: Steering): void {
  writeFileAtomic(steeringPath(runDirectory), steering);
}

/** What was asked for last and stands, for whoever shows it. Throws an IoError. */
export function askedSteering(runDirectory: string): Steering {
  const path = steeringPath(runDirectory);
  try {
    const text = readFileSync(path, 'utf8');
    return STEERING.find((each) => each === text) ?? 'goOn';
  } catch (error) {
    if (isMissing(error)) return 'goOn';
    throw toIoError(error, path);
  }
}

/** What was asked for last. To go to the next stage is asked once: after it was read, the transfer goes on as planned. */
export function takeSteering(runDirectory: string): Steering {
  const steering = askedSteering(runDirectory);
  const path = steeringPath(runDirectory);
  if (steering === 'promote') withIoErrors(path, () => rmSync(path, { force: true }));
  return steering;
}

const steeringPath = (runDirectory: string): string => join(runDirectory, 'steering');
