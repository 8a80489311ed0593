/** What Check Setup and `karma-mas doctor` find; the extension reads it as one JSON object a line. */
export interface Finding {
  readonly check: 'node' | 'wasm' | 'gpu' | 'tfjs' | 'sqlite' | 'specifications' | 'runs' | 'disk' | 'kubeconfig';
  /** For people. */
  readonly title: string;
  /** warning: something works less well, or will not last. problem: something does not work. */
  readonly state: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What to do. */
  readonly advice?: string;
  /** What an editor can do about it. */
  readonly action?: FindingAction;
}

export type FindingAction =
  | { readonly type: 'resumeRun'; readonly directory: string }
  | { readonly type: 'setUpGpu' }
  | { readonly type: 'openSetting'; readonly setting: string }
  | { readonly type: 'showProblems' };
