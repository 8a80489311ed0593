import * as vscode from 'vscode';

/** The guard of everything that starts a process or connects to something: none of it happens in an untrusted workspace. */
export class Trust {
  get isTrusted(): boolean {
    return vscode.workspace.isTrusted;
  }

  /** Once, when the user trusts the workspace. */
  readonly onGranted: vscode.Event<void> = vscode.workspace.onDidGrantWorkspaceTrust;

  /** Throws if the workspace is not trusted. For code that no command guards. */
  assert(): void {
    if (!this.isTrusted)
      throw new Error(
        vscode.l10n.t('This workspace is not trusted: KARMA MAS starts no process and connects to nothing.'),
      );
  }

  /** Resolves with whether the workspace is trusted; if not, tells the user and offers to change it. */
  async request(): Promise<boolean> {
    if (this.isTrusted) return true;
    const manage = vscode.l10n.t('Manage Workspace Trust');
    const message = vscode.l10n.t(
      'This workspace is in Restricted Mode. You can edit specifications and view runs, but KARMA MAS starts no process and connects to nothing.',
    );
    if ((await vscode.window.showWarningMessage(message, manage)) === manage)
      await vscode.commands.executeCommand('workbench.trust.manage');
    return this.isTrusted;
  }
}
