/** A report's data as a run of all phases would give it: the analysis is real, the rest drawn with a fixed seed. */
import { analyze } from '../../../src/analyzing/analyze.ts';
import { Random } from '../../../src/cluster/random.ts';
import type { Evaluation, SystemResult } from '../../../src/evaluating/evaluation.ts';
import { byMetric, type Metric } from '../../../src/evaluating/metrics.ts';
import type { ReportData, TransferData } from '../../../src/reporting/data.ts';
import type { TwinReport } from '../../../src/modeling/fit-twin.ts';
import type { AuditRecord, DecisionRecord } from '../../../src/transferring/audit.ts';
import { CLUSTER, fourAgents, ORGANIZATION, seedsOf } from '../analyzing/synthetic.ts';

export async function sampleReport(): Promise<ReportData> {
  const random = new Random(11);
  const plan = { agents: fourAgents(), episodes: 10, steps: 60, noise: 0.05, seed: 1 };
  return {
    title: 'chained-services: all four phases',
    summary: {
      command: 'karma-mas run examples/chained-services --out out --seed 1',
      machine: 'Intel Xeon, 2 cores, 8 GiB, Node 24.21.0',
      seeds: [1, 2, 3],
      createdAt: Date.UTC(2026, 4, 9, 12, 30),
      run: '20260509-123000-run-chained-services',
      cluster: 'chained-services',
      organization: 'resilience-team',
      versions: { 'karma-mas': '0.1.0', node: '24.21.0' },
      phases: [
        { phase: 'modeling', seconds: 31, result: '960 transitions of 8 h; the calibrated twin is accepted.' },
        { phase: 'training', seconds: 195, result: '3 seeds x 300 000 steps; J .864 at the end.' },
        { phase: 'analyzing', seconds: 6.4, result: '120 action sequences in 4 groups.' },
        { phase: 'evaluating', seconds: 48, result: '100 held-out episodes, 8 systems.' },
        { phase: 'transferring', seconds: 12, result: 'Climbed to full; no fallback.' },
      ],
    },
    learning: {
      seeds: [1, 2, 3].map((seed) => ({
        seed,
        points: Array.from({ length: 200 }, (_, i) => {
          const share = (i + 1) / 200;
          const rise = 0.865 - 0.09 * Math.exp(-share * 9) + 0.004 * random.normal();
          return {
            step: (i + 1) * 2048,
            metrics: {
              'cluster/objective': rise + 0.002 * seed,
              'cluster/hpa_objective': 0.8555 + 0.003 * random.normal(),
              'cluster/success': 0.98 - 0.05 * Math.exp(-share * 7) + 0.003 * random.normal(),
              'cluster/latency_compliance': 0.9 - 0.1 * Math.exp(-share * 7) + 0.005 * random.normal(),
              'cluster/moves_per_hour': 60 * Math.exp(-share * 3) + 22 + random.normal(),
              'losses/entropy': 2.2 * Math.exp(-share * 2) + 0.05 * random.uniform(),
            },
          };
        }),
      })),
      judged: [1, 2, 3].map((seed) => ({
        seed,
        points: Array.from({ length: 20 }, (_, i) => ({
          step: (i + 1) * 20_480,
          metrics: { objective: 0.866 - 0.03 * Math.exp(-i / 4) + 0.001 * seed },
        })),
      })),
      references: [{ name: 'default HPA', objective: 0.851 }],
      converged: [
        { seed: 1, step: 210_000 },
        { seed: 2, step: 260_000 },
      ],
    },
    twin: twinReport(random),
    analysis: await analyze(seedsOf(plan, [1, 2, 3]), ORGANIZATION, { cluster: CLUSTER, permutations: 99 }),
    evaluation: { evaluation: evaluation(random), bases: ['hpa', 'hpa-tuned'] },
    transfer: transfer(random),
    problems: [
      {
        level: 'warning',
        phase: 'modeling',
        message: 'The record holds no crash of service b: its back-off is that of the spec.',
      },
      { level: 'info', message: 'Seeds and episodes are fewer than for docs/results.md.' },
    ],
  };
}

function evaluation(random: Random): Evaluation {
  const scenarios = ['bottleneck', 'ddos', 'failures', 'contention', 'mixed'];
  const episodes = scenarios.flatMap((scenario) =>
    Array.from({ length: 12 }, (_, i) => ({ scenario, load: i % 2 ? 'twitter' : 'nasa', seed: i, seconds: 3600 })),
  );
  const base = episodes.map(({ scenario }) => 0.87 - 0.02 * scenarios.indexOf(scenario) + 0.012 * random.normal());
  const offsets: [string, number, number][] = [
    ['karma', 0.006, 3],
    ['hpa', 0, 1],
    ['hpa-tuned', 0.003, 1],
    ['safety-stock', 0.004, 1],
    ['best-constant', -0.01, 1],
    ['all-maximum', -0.06, 1],
    ['clairvoyant', 0.014, 1],
  ];
  const scale: Partial<Record<Metric, (j: number) => number>> = {
    resilience: (j) => j + 0.08,
    success: (j) => j + 0.11,
    latencyCompliance: (j) => j + 0.03,
    podSeconds: (j) => 39000 * j,
    coreSeconds: (j) => 21000 * j,
    cores: (j) => 6.1 * j,
    moves: (j) => 40 * j,
    recovery: (j) => 90 * (1 - j),
  };
  const systems = offsets.map(([name, offset, seeds]): SystemResult => {
    const rows = Array.from({ length: seeds }, () =>
      base.map((value, e) => value + offset * (episodes[e].scenario === 'failures' ? 3 : 1) + 0.003 * random.normal()),
    );
    const values = byMetric((metric) => rows.map((row) => row.map((j) => scale[metric]?.(j) ?? j)));
    return { name, interval: 15, episodes: episodes.map((_, e) => e), values };
  });
  return {
    cluster: 'chained-services',
    cost: 0.1,
    accountingInterval: 15,
    split: 'test',
    seed: 1,
    episodes,
    systems,
    notHeldOut: [],
  } as Evaluation;
}

function twinReport(random: Random): TwinReport {
  const names = ['objective', 'resilience', 'success', 'latency', 'pending', 'cluster.latency', 'cluster.cpuAllocated'];
  const all = [
    ...names,
    ...['a', 'b', 'c', 'd'].flatMap((s) => [`${s}.pending`, `${s}.received`, `${s}.ready`, `${s}.cpu`]),
  ];
  const series = (start: number, step: number) => {
    const recorded = [start];
    for (let i = 1; i < 40; i++) recorded.push(recorded[i - 1] + step * random.normal());
    const middle = recorded.map((value, i) => value + step * 0.4 * Math.sqrt(i) * random.normal());
    return {
      recorded,
      middle,
      low: middle.map((value, i) => value - step * (0.5 + 0.25 * Math.sqrt(i))),
      high: middle.map((value, i) => value + step * (0.5 + 0.25 * Math.sqrt(i))),
    };
  };
  return {
    kind: 'calibrated',
    cluster: 'chained-services',
    accuracy: {
      heldOut: 240,
      origins: 180,
      ratio: 1.01,
      horizons: [1, 10, 30].map((intervals) => ({
        intervals,
        seconds: 30 * intervals,
        metrics: Object.fromEntries(
          all.map((name) => {
            const mae = (name.includes('pending') ? 20 : 0.017) * (1 + 0.02 * intervals);
            return [
              name,
              { count: 180, mae, rmse: 1.3 * mae, bias: 0.1 * mae, r2: 0.93 - 0.01 * intervals, persistence: 2 * mae },
            ];
          }),
        ),
      })),
      fan: {
        interval: 30,
        from: 9000,
        metrics: {
          objective: series(0.86, 0.01),
          resilience: series(0.94, 0.008),
          latency: series(0.2, 0.02),
          success: series(0.97, 0.006),
          pending: series(60, 15),
        },
      },
    },
    ranking: {
      systems: [
        { name: 'hpa-tuned', twin: 0.851, cluster: 0.8484 },
        { name: 'hpa', twin: 0.846, cluster: 0.8436 },
        { name: 'best-constant', twin: 0.838, cluster: 0.8391 },
      ],
      spearman: 1,
      kendall: 1,
      agreeing: 1,
      ratio: 0.997,
    },
    skipped: [],
    verdict: { accepted: true, reason: 'It puts 100 % of the clearly different pairs in the order of the cluster.' },
  };
}

function transfer(random: Random): TransferData {
  const audit: AuditRecord[] = [];
  const current: Record<string, number> = { a: 3, b: 2, c: 2, d: 3 };
  const stages = ['shadow', 'floor', 'canary', 'full'] as const;
  const most: Record<string, number> = { a: 5, b: 3, c: 4, d: 6 };
  for (let i = 0; i < 80; i++) {
    const stage = stages[Math.floor(i / 20)];
    const time = 30 * i;
    if (i % 20 === 0)
      audit.push({ type: 'stage', time, stage, why: i === 0 ? 'The start.' : 'The stage before ended well.' });
    const service = random.pick(['a', 'b', 'c', 'd']);
    const move = random.uniform() < 0.4 ? random.pick([-1, 1, 2]) : 0;
    const proposed = { ...current, [service]: Math.max(1, Math.min(most[service], current[service] + move)) };
    const outcome: DecisionRecord['outcome'] =
      move === 0 ? 'nothing to do' : stage === 'shadow' ? 'shadow' : random.uniform() < 0.1 ? 'hold' : 'applied';
    audit.push({
      type: 'decision',
      decision: i,
      time,
      stage,
      state: { 'a.pending': 12 },
      agents: [
        {
          agent: 'relief',
          roles: ['bottleneck-manager'],
          active: move > 0,
          options: [],
          choice: move === 0 ? 'hold' : `${service} ${move > 0 ? '+' : ''}${move}`,
          reasons: move > 0 ? [`service.utilization > 0.75 (${service}: 0.91)`] : [],
        },
      ],
      current: { ...current },
      proposed,
      limited: proposed,
      caps: [],
      outcome,
      why: outcome === 'hold' ? 'A metric is 70 s old.' : 'Within all limits.',
      drift: 0.4,
      oldestMetric: 12,
      hpa: Object.fromEntries(
        Object.entries(current).map(([name, value]) => [name, Math.max(1, value - (i % 7 === 0 ? 1 : 0))]),
      ),
      hpas: Object.fromEntries(
        Object.keys(current).map((name) => [name, { minReplicas: 1, maxReplicas: 6, paused: stage === 'full' }]),
      ),
      objective: i === 0 ? NaN : 0.86 + 0.01 * random.normal(),
    });
    if (outcome === 'applied') {
      const refused = !audit.some(({ type }) => type === 'write');
      audit.push({
        type: 'write',
        time,
        stage,
        context: 'emulator',
        server: 'emulator',
        namespace: 'chained-services',
        write: { type: 'scale', service, replicas: proposed[service] },
        dryRun: false,
        result: refused ? 'refused' : 'accepted',
        message: refused ? 'quota exceeded' : 'ok',
      });
      Object.assign(current, proposed);
    }
  }
  return {
    name: 'production',
    context: 'emulator',
    namespace: 'chained-services',
    audit,
    result: {
      ended: 'finished',
      why: 'Every stage ran to its end.',
      stages: stages.map((stage) => ({
        stage,
        decisions: 20,
        applied: stage === 'shadow' ? 0 : 8,
        held: 1,
        objective: 0.861,
        agreement: 0.87,
      })),
    },
  };
}
