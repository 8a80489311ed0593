/** The jobs that a run can be of. */
export const JOB_KINDS = ['run', 'collect', 'fit', 'train', 'analyze', 'evaluate', 'transfer'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export function isJobKind(kind: string): kind is JobKind {
  return (JOB_KINDS as readonly string[]).includes(kind);
}
