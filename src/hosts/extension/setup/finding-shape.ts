/** What `karma-mas doctor` finds, as src/setup/checks/finding.ts. */
import { object, oneOf, optional, text, type Of } from '../../../../webview/protocol/shape.ts';

const actionShape = object({
  type: oneOf('resumeRun', 'setUpGpu', 'openSetting', 'showProblems'),
  /** Of the run to resume. */
  directory: optional(text),
  /** To open. */
  setting: optional(text),
});

export const findingShape = object({
  type: oneOf('finding'),
  /** For people. */
  title: text,
  state: oneOf('ok', 'warning', 'problem'),
  message: text,
  /** What to do. */
  advice: optional(text),
  /** What an editor can do about it. */
  action: optional(actionShape),
});

export type Finding = Of<typeof findingShape>;
export type FindingAction = Of<typeof actionShape>;
