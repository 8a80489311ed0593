/** Metrics as a scraper sees them: means over the last scrape period, as old as that; pod counts are current. */
import type { Cluster } from '../../spec/model.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Columns } from './columns.ts';
import type { Constants } from './constants.ts';

/** Seconds between two scrapes. */
export const SCRAPE_PERIOD = 15;

/** Memory of a pod as shares of its request: at rest, and what full load and a full queue add. */
const REST_MEMORY = 0.35;
const LOAD_MEMORY = 0.35;
const QUEUE_MEMORY = 0.2;

/** Closes the scrape period of one environment. */
export function scrape(c: Constants, columns: Columns, environment: number): void {
  const perSecond = 1 / columns.scrapeLength[environment];
  for (let s = 0; s < c.services; s++) {
    const i = environment * c.services + s;
    columns.received[i] = columns.sumReceived[i] * perSecond;
    columns.served[i] = columns.sumServed[i] * perSecond;
    columns.succeeded[i] = columns.sumSucceeded[i] * perSecond;
    columns.dropped[i] = columns.sumDropped[i] * perSecond;
    columns.pending[i] = columns.sumQueue[i] * perSecond;
    columns.latency[i] = columns.sumLatency[i] * perSecond;
    columns.busy[i] = columns.sumBusy[i] * perSecond;
    columns.utilization[i] = columns.sumReady[i] > 0 ? columns.sumBusy[i] / columns.sumReady[i] : 0;
    columns.sumReceived[i] = 0;
    columns.sumServed[i] = 0;
    columns.sumSucceeded[i] = 0;
    columns.sumDropped[i] = 0;
    columns.sumQueue[i] = 0;
    columns.sumLatency[i] = 0;
    columns.sumBusy[i] = 0;
    columns.sumReady[i] = 0;
  }
  columns.chainLatency[environment] = columns.sumChainLatency[environment] * perSecond;
  columns.sumChainLatency[environment] = 0;
  const outside = columns.sumOutside[environment];
  const answered = columns.sumAnswered[environment];
  columns.successRate[environment] = outside > 0 && answered < outside ? answered / outside : 1;
  columns.sumOutside[environment] = 0;
  columns.sumAnswered[environment] = 0;
  columns.scrapeLength[environment] = 0;
  columns.untilScrape[environment] = SCRAPE_PERIOD;
}

/** Writes what metrics show of all environments. */
export function observeInto(
  c: Constants,
  columns: Columns,
  cluster: Cluster,
  environments: number,
  into: Observation,
): void {
  const { service: out, cluster: whole } = into;
  for (let environment = 0; environment < environments; environment++) {
    let cpuUsed = 0;
    let cpuAllocated = 0;
    for (let s = 0; s < c.services; s++) {
      const i = environment * c.services + s;
      const used = columns.busy[i] * c.cpu[s];
      cpuUsed += used;
      cpuAllocated += columns.scheduled[i] * c.cpu[s];
      out.pending[i] = columns.pending[i];
      out.received[i] = columns.received[i];
      out.served[i] = columns.served[i];
      out.succeeded[i] = columns.succeeded[i];
      out.dropped[i] = columns.dropped[i];
      out.ready[i] = columns.ready[i];
      out.desired[i] = columns.desired[i];
      out.failed[i] = columns.failed[i];
      out.starting[i] = columns.starting[i];
      out.cpu[i] = used;
      out.utilization[i] = columns.utilization[i];
      out.latency[i] = columns.latency[i];
      out.memory[i] = memoryOf(c, columns, s, i);

      // Requests and responses of this service, then of its calls.
      const { calls } = cluster.services[s];
      let receivedBytes = columns.received[i] * c.requestSize[s];
      let sentBytes = columns.served[i] * c.requestSize[s];
      for (const callee of calls) {
        const j = environment * c.services + callee;
        const kept = columns.received[j] > 0 ? Math.max(0, 1 - columns.dropped[j] / columns.received[j]) : 1;
        sentBytes += columns.served[i] * c.requestSize[callee];
        receivedBytes += columns.served[i] * kept * c.requestSize[callee];
      }
      out.rx[i] = (receivedBytes * 8) / 1000;
      out.tx[i] = (sentBytes * 8) / 1000;
    }
    whole.cpuUtilization[environment] = cpuUsed / c.nodeCpu;
    whole.cpuAllocated[environment] = cpuAllocated / c.nodeCpu;
    whole.latency[environment] = columns.chainLatency[environment];
    whole.successRate[environment] = columns.successRate[environment];
  }
}

function memoryOf(c: Constants, columns: Columns, service: number, i: number): number {
  const working = REST_MEMORY + LOAD_MEMORY * columns.utilization[i];
  const queued = (QUEUE_MEMORY * columns.pending[i]) / Math.max(1, c.queue[service]);
  const starting = columns.scheduled[i] - columns.ready[i] - columns.failed[i];
  return c.memory[service] * (columns.ready[i] * (working + queued) + starting * REST_MEMORY);
}
