/** Checks a line of `karma-mas cluster watch --json`. */
import { list, number, object, oneOf, orNull, text, flag } from '../../../../webview/protocol/shape.ts';
import type { NamespaceReport } from '../../../cluster/kubernetes/watching/namespace-report.ts';

const quantity = orNull(number);

const look = object({
  type: oneOf('look'),
  context: text,
  server: text,
  namespace: text,
  time: number,
  services: list(
    object({
      service: text,
      desired: quantity,
      ready: quantity,
      starting: quantity,
      failed: quantity,
      hpa: orNull(
        object({
          minReplicas: number,
          maxReplicas: number,
          paused: flag,
          desired: number,
          original: object({ minReplicas: number, paused: flag }),
        }),
      ),
      pending: quantity,
      latency: quantity,
      utilization: quantity,
    }),
  ),
  writer: text,
  lastWriter: text,
  problems: list(text),
});

const failure = object({ type: oneOf('error'), message: text });

/** A status of the cluster, or the reason why there will be none. Undefined if the line is something else. */
export function readLine(line: string): { readonly look: NamespaceReport } | { readonly failure: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (look.problem(value, 'line') === undefined) return { look: value as NamespaceReport };
  return failure.problem(value, 'line') === undefined ? { failure: (value as { message: string }).message } : undefined;
}
