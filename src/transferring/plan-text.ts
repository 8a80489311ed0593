/** Formats a plan as text: what prevents the transfer, and what each stage would change, as a diff. */
import type { Finding, Preflight } from '../cluster/live/preflight.ts';
import type { PlannedStage } from './plan.ts';

/** Marks at the start of a line: `!` prevents the transfer, `?` is worth knowing, `~` is a change, `x` a refusal of the server. */
export function planLines(stages: readonly PlannedStage[], preflight: Preflight | undefined): string[] {
  return [...(preflight ? preflightLines(preflight) : []), ...stages.flatMap(stageLines)];
}

function preflightLines({ rights, findings }: Preflight): string[] {
  const granted = rights.filter(({ allowed }) => allowed).length;
  return [`rights: ${granted} of ${rights.length} granted`, ...findings.map(findingLine)];
}

const findingLine = ({ severity, message }: Finding): string =>
  `${severity === 'blocks' ? '!' : '?'} ${message.trimEnd().replaceAll('\n', '\n    ')}`;

function stageLines({ stage, changes }: PlannedStage): string[] {
  if (changes.length === 0) return [`stage ${stage}: writes nothing now`];
  const lines = changes.map(({ service, change, refused }) =>
    refused === '' ? `  ~ ${service}: ${change}` : `  x ${service}: ${change} (${refused})`,
  );
  return [`stage ${stage}:`, ...lines];
}

/** Returns the findings that prevent a transfer; none if it may start. */
export const blocking = ({ findings }: Preflight): Finding[] =>
  findings.filter(({ severity }) => severity === 'blocks');
