import * as vscode from 'vscode';

/** The sentence that a user sees for a failure; the stack is in the log. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return vscode.l10n.t('Something unexpected happened: {0}', String(error));
  // What we and the engine throw on purpose says what to do; what JavaScript throws is a mistake of ours.
  if (error instanceof TypeError || error instanceof ReferenceError)
    return vscode.l10n.t('An internal error: {0} The log shows where; please report it.', error.message);
  return error.message;
}
