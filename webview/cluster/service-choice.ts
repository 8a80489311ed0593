/** Which services are shown where there are hundreds; plain code. */
import type { ClusterService } from '../protocol/cluster.ts';

/** Which services are shown where there are many. */
export interface ServiceChoice {
  /** Part of the name. */
  readonly name: string;
  readonly onlyInTrouble: boolean;
  /** Beyond the first ones. */
  readonly showsAll: boolean;
}

/** From so many on, one looks for services by name, or for those in trouble. */
export const MANY = 20;

/** So many are shown before all are asked for. */
export const FIRST = 100;

/** More requests that wait than this are worth a look. */
export const WAITING = 5;

/** The services that are looked for. */
export function chosen(
  all: readonly ClusterService[],
  { name, onlyInTrouble }: Omit<ServiceChoice, 'showsAll'>,
): ClusterService[] {
  const part = name.trim().toLowerCase();
  return all.filter((service) => service.name.includes(part) && (!onlyInTrouble || isInTrouble(service)));
}

/** Something for a person to look at. */
export function isInTrouble({ desired, ready, failed, pending, hpa, controlledBy }: ClusterService): boolean {
  const isShort = desired !== null && ready !== null && ready < desired;
  const isPausedByOthers = controlledBy === 'nobody' && hpa !== null;
  return isShort || (failed ?? 0) > 0 || (pending ?? 0) > WAITING || isPausedByOthers;
}
