/** What prevents a transfer to a real cluster, found out before anything is written. Plain data, to be shown, printed and journaled. */

export interface Preflight {
  readonly rights: readonly RightCheck[];
  readonly findings: readonly Finding[];
}

export interface RightCheck {
  readonly verb: string;
  /** As kubectl names it: `horizontalpodautoscalers.autoscaling`, `deployments.apps/scale`. */
  readonly resource: string;
  readonly namespace: string;
  /** Name of one object; empty = all of the namespace. */
  readonly name: string;
  readonly allowed: boolean;
  /** What it is needed for. */
  readonly why: string;
  /** The transfer works without it, with something missing. */
  readonly optional: boolean;
  /** YAML of the Role that grants it. */
  readonly role: string;
}

export interface Finding {
  /** `blocks`: the transfer would not work or would fight with another writer. `warns`: it works, but the user should know. */
  readonly severity: 'blocks' | 'warns';
  /** Stable, for tests and views. */
  readonly code:
    | 'missingRight'
    | 'missingDeployment'
    | 'missingHpa'
    | 'hpaPausedByOthers'
    | 'hpaLeftByTransfer'
    | 'severalHpas'
    | 'kedaScaledObject'
    | 'verticalPodAutoscaler'
    | 'quotaTooSmall'
    | 'limitRangeTooSmall'
    | 'leaseHeld'
    | 'notChecked';
  /** Empty = the namespace. */
  readonly service: string;
  /** What is wrong, and what to do about it. */
  readonly message: string;
}
