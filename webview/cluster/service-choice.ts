/** Chooses the services to show among hundreds. */
import type { ClusterService } from '../protocol/cluster.ts';

/** Which services are shown where there are many. */
export interface ServiceChoice {
  /** Part of the name. */
  readonly name: string;
  readonly onlyInTrouble: boolean;
  /** Beyond the first ones. */
  readonly showsAll: boolean;
}

/** The number of services from which on the view offers a search by name and a filter for trouble. */
export const MANY = 20;

/** The number of services that are shown until the user asks for all. */
export const FIRST = 100;

/** The number of waiting requests above which a service is in trouble. */
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
