/** Describes the events of a namespace's lease in sentences for the journal. */
import type { LeaseEvent } from '../../transferring/holding-lease.ts';
import type { JobContext } from './context.ts';

export function tellLease(event: LeaseEvent, log: JobContext['log']): void {
  switch (event.event) {
    case 'waiting':
      return log(`Waiting for ${event.holder}, who writes to the namespace.`);
    case 'restored':
      return log(
        `Restored the HPAs that an earlier transfer had left changed: ${event.services.join(', ')}.`,
        'warning',
      );
    case 'lost':
      return log(`${event.holder === '' ? 'Somebody else' : event.holder} took the lease of the namespace.`, 'warning');
    case 'failed':
      return log(event.message, 'warning');
    case 'held':
    case 'released':
      return;
  }
}
