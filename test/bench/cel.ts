/** Time of evaluating the sample's role rules over columns: once per training step. */
import { performance } from 'node:perf_hooks';
import { checkExpression } from '../../src/spec/cel/check.ts';
import { compileColumns, compileTogether } from '../../src/spec/cel/compile.ts';
import { emptyObservation } from '../../src/spec/observation.ts';
import { historyOf, sample } from '../unit/spec/cel/fixtures.ts';

const SETTINGS = { load: 0.7, utilization: 0.75, pending: 5, rise: 0.15, window: 30, idle: 0.85, allocated: 0.9 };
const IDLE = 'service.failed == 0 && service.pending <= settings.pending && service.demand < settings.idle';
const RULES = [
  'service.demand > settings.load * service.capacity || service.utilization > settings.utilization || service.pending > settings.pending',
  'services.exists(e, e.entryPoint && change(e.received, settings.window) > settings.rise)',
  'service.failed > 0 || (service.utilization > 0.95 && service.served < 0.8 * service.capacity)',
  'service.failed > 0',
  `${IDLE} * (service.desired - 1) * service.throughput`,
  `${IDLE} * (service.desired - 2) * service.throughput`,
  'cluster.cpuAllocated > settings.allocated && service.demand < 0.95 * (service.desired - 1) * service.throughput',
];

/** Logs one line per number of environments: milliseconds for all seven rules. */
export function benchCel(log: (line: string) => void): void {
  const settings = Object.keys(SETTINGS);
  const rules = RULES.map((text) => checkExpression(text, { result: 'bool', settings, service: true }).expression!);
  for (const environments of [64, 512, 2048]) {
    const history = historyOf(30, [filled(environments, 3), filled(environments, 2)]);
    const into = rules.map(() => new Float64Array(environments * sample.services.length));
    const single = rules.map((rule) => compileColumns(rule, sample, SETTINGS));
    const together = compileTogether(
      rules.map((expression) => ({ expression, settings: SETTINGS })),
      sample,
    );
    const alone = timeOf(() => single.forEach((rule, index) => rule.evaluate(history, into[index])));
    const shared = timeOf(() => together.evaluate(history, into));
    log(
      `CEL, 7 rules, ${environments} environments: ${alone.toFixed(3)} ms one by one, ${shared.toFixed(3)} ms together`,
    );
  }
}

function filled(environments: number, factor: number) {
  const observation = emptyObservation(environments, sample.services.length);
  for (const column of [...Object.values(observation.service), ...Object.values(observation.cluster)])
    for (let i = 0; i < column.length; i++) column[i] = (i * factor) % 7;
  return observation;
}

/** Milliseconds of one call, after warming up. */
function timeOf(work: () => void): number {
  const calls = 300;
  for (let i = 0; i < calls; i++) work();
  const start = performance.now();
  for (let i = 0; i < calls; i++) work();
  return (performance.now() - start) / calls;
}
