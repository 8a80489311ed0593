/** Checks the lines of an audit trail, which another version may have written or a disk may have damaged. */
import {
  dictionary,
  flag,
  list,
  number,
  object,
  oneOf,
  optional,
  orNull,
  text,
} from '../../../../webview/protocol/shape.ts';
import type { AuditRecord } from '../../../transferring/audit.ts';

const quantity = orNull(number);
const hpa = { minReplicas: number, maxReplicas: number, paused: flag };

const SHAPES = {
  decision: object({
    decision: number,
    time: number,
    stage: text,
    state: dictionary(quantity),
    agents: list(
      object({
        agent: text,
        roles: list(text),
        active: flag,
        options: list(object({ option: text, probability: quantity })),
        choice: text,
        reasons: list(text),
      }),
    ),
    current: dictionary(number),
    proposed: dictionary(number),
    limited: dictionary(number),
    caps: list(text),
    outcome: oneOf('applied', 'shadow', 'hold', 'nothing to do', 'fallback'),
    why: text,
    drift: quantity,
    oldestMetric: quantity,
    hpa: dictionary(number),
    hpas: dictionary(object(hpa)),
    objective: quantity,
  }),
  write: object({
    time: number,
    stage: text,
    context: text,
    server: text,
    namespace: text,
    write: object({ type: text, service: text }),
    dryRun: flag,
    result: oneOf('accepted', 'refused'),
    message: text,
  }),
  stage: object({
    time: number,
    stage: text,
    why: text,
    terms: optional(
      object({
        context: text,
        server: text,
        namespace: text,
        lasts: quantity,
        next: text,
        services: list(text),
        abortWhen: text,
        driftThreshold: quantity,
        staleAfter: quantity,
      }),
    ),
    ended: optional(oneOf('finished', 'fallback', 'stopped', 'declined')),
    hpas: optional(dictionary(object({ ...hpa, asBefore: flag }))),
  }),
} as const;

/** The record; undefined if this version does not understand the value. */
export function auditRecord(value: unknown): AuditRecord | undefined {
  const type = (value as { readonly type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) return undefined;
  return SHAPES[type as keyof typeof SHAPES].problem(value, type) === undefined ? (value as AuditRecord) : undefined;
}
