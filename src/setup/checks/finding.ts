/** A finding of Check Setup or `karma-mas doctor`. The extension reads one JSON object per line. */
export interface Finding {
  readonly check: 'node' | 'wasm' | 'gpu' | 'tfjs' | 'sqlite' | 'specifications' | 'runs' | 'disk' | 'kubeconfig';
  /** Name of the check for people. */
  readonly title: string;
  /** warning: something works less well, or will not last. problem: something does not work. */
  readonly state: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What the user can do. */
  readonly advice?: string;
  /** What an editor can do about it. */
  readonly action?: FindingAction;
}

export type FindingAction =
  | { readonly type: 'resumeRun'; readonly directory: string }
  | { readonly type: 'setUpGpu' }
  | { readonly type: 'openSetting'; readonly setting: string }
  | { readonly type: 'showProblems' };
