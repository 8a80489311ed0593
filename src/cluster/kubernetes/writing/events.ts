/** Events on a Deployment, which show in `kubectl describe` what was written. */

export const eventsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/events`;

export interface ServiceEvent {
  readonly service: string;
  readonly namespace: string;
  readonly message: string;
  /** Seconds since the epoch, by the server's clock. */
  readonly time: number;
  /** The UID of the Deployment if it is known. */
  readonly uid: string | undefined;
}

export function eventOf({ service, namespace, message, time, uid }: ServiceEvent): object {
  const timestamp = new Date(Math.floor(time) * 1000).toISOString().replace('.000', '');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${service}.`, namespace },
    involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', name: service, namespace, ...(uid ? { uid } : {}) },
    type: 'Normal',
    reason: 'KarmaScaling',
    message,
    source: { component: 'karma-mas' },
    reportingComponent: 'karma-mas',
    reportingInstance: '',
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    count: 1,
  };
}
