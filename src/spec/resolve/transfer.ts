import type { Cluster, Organization, Training, Transfer, TransferStage } from '../model.ts';
import { GOAL_CONDITION } from '../cel/check.ts';
import { checkExpressionAt } from '../expressions.ts';
import type { SourceObject } from '../source-object.ts';
import type { Path } from '../text/locate.ts';
import { parseDuration } from '../units.ts';
import { checkPositive, checkServices, type Context, type Declared } from './context.ts';

export interface TransferSpec {
  readonly training: string;
  readonly target: { readonly context: string; readonly namespace?: string };
  readonly stages: readonly StageSpec[];
  readonly limits: Transfer['limits'];
  readonly fallback: {
    readonly to: 'hpa';
    readonly when: Transfer['fallback']['when'];
    readonly driftThreshold: number;
    readonly staleAfter: string;
  };
  readonly refresh: Readonly<Record<keyof Transfer['refresh'], string>>;
}

interface StageSpec {
  readonly shadow?: { readonly for: string };
  readonly floor?: { readonly for: string; readonly abortWhen?: string };
  readonly canary?: { readonly services: readonly string[]; readonly for: string; readonly abortWhen?: string };
  readonly full?: { readonly abortWhen?: string };
}

export function resolveTransfer(
  { object, spec }: Declared<TransferSpec>,
  context: Context,
  around: {
    readonly trainings: readonly Training[];
    readonly organizations: readonly Organization[];
    readonly clusters: readonly Cluster[];
  },
): Transfer {
  context.refers(object, ['spec', 'training'], 'Training', spec.training);
  const training = around.trainings.find(({ name }) => name === spec.training);
  const organization = around.organizations.find(({ name }) => name === training?.organization);
  const cluster = around.clusters.find(({ name }) => name === organization?.cluster);
  const stages = spec.stages.map((stage, index) =>
    resolveStage(object, ['spec', 'stages', index], stage, cluster, context),
  );
  checkOrder(object, stages);
  if (cluster && organization && spec.limits.move > cluster.maxMove * organization.agents.length) {
    const message = `limits.move is ${spec.limits.move}, but the agents of ${organization.name} can move a service by at most ${cluster.maxMove * organization.agents.length} together. Lower it.`;
    const most = String(cluster.maxMove * organization.agents.length);
    object.report(['spec', 'limits', 'move'], 'limit-without-effect', message, { replaceBy: most });
  }
  if (spec.limits.podsPerDecision < spec.limits.move) {
    const message = `limits.move is ${spec.limits.move}, but limits.podsPerDecision allows ${spec.limits.podsPerDecision} for all services together. Lower move.`;
    object.report(['spec', 'limits', 'move'], 'limit-without-effect', message, {
      replaceBy: String(spec.limits.podsPerDecision),
    });
  }
  const seconds = (path: Path, text: string): number => {
    const value = parseDuration(text);
    checkPositive(object, path, value);
    return value;
  };
  const { traces, twin, policies } = spec.refresh;
  return {
    kind: 'Transfer',
    name: object.name,
    origin: object.origin,
    training: spec.training,
    target: { context: spec.target.context, namespace: spec.target.namespace ?? cluster?.namespace ?? 'default' },
    stages,
    limits: { ...spec.limits },
    fallback: {
      when: [...spec.fallback.when],
      driftThreshold: spec.fallback.driftThreshold,
      staleAfter: seconds(['spec', 'fallback', 'staleAfter'], spec.fallback.staleAfter),
    },
    refresh: {
      traces: seconds(['spec', 'refresh', 'traces'], traces),
      twin: seconds(['spec', 'refresh', 'twin'], twin),
      policies: seconds(['spec', 'refresh', 'policies'], policies),
    },
  };
}

/** The schema lets exactly one of the stages through. */
function resolveStage(
  object: SourceObject,
  path: Path,
  spec: StageSpec,
  cluster: Cluster | undefined,
  { expressions }: Context,
): TransferStage {
  const { shadow, floor, canary, full } = spec;
  const lasts = (stage: string, text: string): number => {
    const value = parseDuration(text);
    checkPositive(object, [...path, stage, 'for'], value);
    return value;
  };
  const abortWhen = (stage: string, text = ''): string => {
    if (text !== '') checkExpressionAt(object, [...path, stage, 'abortWhen'], text, GOAL_CONDITION, expressions);
    return text;
  };
  if (shadow) return { stage: 'shadow', lasts: lasts('shadow', shadow.for) };
  if (floor) {
    return { stage: 'floor', lasts: lasts('floor', floor.for), abortWhen: abortWhen('floor', floor.abortWhen) };
  }
  if (canary) {
    if (cluster) checkServices(object, [...path, 'canary', 'services'], canary.services, cluster);
    return {
      stage: 'canary',
      services: [...canary.services],
      lasts: lasts('canary', canary.for),
      abortWhen: abortWhen('canary', canary.abortWhen),
    };
  }
  return { stage: 'full', abortWhen: abortWhen('full', full!.abortWhen) };
}

const LADDER = ['shadow', 'floor', 'canary', 'full'] as const;

function checkOrder(object: SourceObject, stages: readonly TransferStage[]): void {
  stages.forEach(({ stage }, index) => {
    if (index === 0 || LADDER.indexOf(stage) >= LADDER.indexOf(stages[index - 1].stage)) return;
    const message = `${stage} comes after ${stages[index - 1].stage}. Order the stages: ${LADDER.join(', ')}.`;
    object.report(['spec', 'stages', index], 'stage-order', message);
  });
}
