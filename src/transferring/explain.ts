/** Explains the audit trail: what was decided, what the agents saw, and why. */
import type { AgentRecord, AuditRecord, DecisionRecord, StageRecord, WriteRecord } from './audit.ts';
import type { StageTerms } from './ladder.ts';

/** Formats one record as a few lines of text. */
export function explainRecord(record: AuditRecord): string {
  switch (record.type) {
    case 'decision':
      return explainDecision(record);
    case 'write':
      return explainWrite(record);
    case 'stage':
      return explainStage(record);
  }
}

function explainDecision(record: DecisionRecord): string {
  const services = Object.keys(record.current);
  const changes = services.map((name) => {
    const { current, proposed, limited } = record;
    const wanted = proposed[name] === current[name] ? 'hold' : `${current[name]} -> ${proposed[name]}`;
    return `  ${name}: ${wanted}${limited[name] === proposed[name] ? '' : `, limited to ${limited[name]}`}, HPA ${record.hpa[name] ?? '-'}`;
  });
  return [
    `Decision ${record.decision} at ${record.time} s, stage ${record.stage}: ${record.outcome}${record.why ? ` (${record.why})` : ''}`,
    `  J of the last interval ${formatNumber(record.objective)}, drift ${formatNumber(record.drift)}, oldest metric ${formatNumber(record.oldestMetric)} s`,
    ...changes,
    ...record.caps.map((cap) => `  cap: ${cap}`),
    ...record.agents.flatMap(explainAgent),
  ].join('\n');
}

function explainAgent(agent: AgentRecord): string[] {
  const likely = [...agent.options].sort((a, b) => b.probability - a.probability).slice(0, 4);
  const roles = agent.roles.length > 0 ? agent.roles.join(', ') : 'no role';
  return [
    `  ${agent.agent} (${roles}) chose ${agent.choice} of ${agent.options.length}: ${likely.map(({ option, probability }) => `${option} ${(100 * probability).toFixed(0)} %`).join(', ')}`,
    ...agent.reasons.map((reason) => `    because ${reason}`),
  ];
}

function explainWrite(record: WriteRecord): string {
  const { type, ...rest } = record.write;
  const details = Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`);
  return `Write at ${record.time} s to ${record.context}/${record.namespace}, stage ${record.stage}: ${String(type)} ${details.join(', ')}: ${record.dryRun ? 'dry run ' : ''}${record.result}${record.message ? ` (${record.message})` : ''}`;
}

function explainStage({ stage, time, why, terms, hpas }: StageRecord): string {
  return [
    `Stage ${stage} from ${time} s${why ? `: ${why}` : ''}`,
    ...(terms && stage !== 'plan' ? [`  ${explainTerms(terms)}`] : []),
    ...Object.entries(hpas ?? {}).map(
      ([service, { minReplicas, maxReplicas, paused, asBefore }]) =>
        `  HPA of ${service}: ${minReplicas}..${maxReplicas}, ${paused ? 'paused' : 'acts'}, ${asBefore ? 'as before' : 'NOT as before'}`,
    ),
  ].join('\n');
}

function explainTerms({ lasts, next, services, abortWhen }: StageTerms): string {
  const controls = services.length > 0 ? `the agents set ${services.join(', ')}` : 'the agents write nothing';
  const ends = lasts === null ? 'until stopped' : `for ${lasts} s, then ${next || 'back to the HPAs'}`;
  return `${controls}; ${ends}${abortWhen ? `; falls back when ${abortWhen}` : ''}`;
}

const formatNumber = (value: number | null): string =>
  value === null || !Number.isFinite(value) ? 'unknown' : String(Math.round(value * 1000) / 1000);
