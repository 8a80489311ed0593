/** Helpers for tests inside the extension host: a fake cluster, and answers to VS Code's inputs. */
import * as vscode from 'vscode';
import { startFakeCluster, type FakeCluster } from '../../fake-kubernetes/namespace.ts';

/** Provides a fake API server to the tests of a `describe`. The kubeconfig of processes that the extension starts points to it. */
export function useFakeCluster(): () => FakeCluster {
  const kubeconfig = process.env.KUBECONFIG;
  let fake: FakeCluster;
  before(async () => {
    fake = await startFakeCluster();
    process.env.KUBECONFIG = fake.env.KUBECONFIG;
  });
  after(async () => {
    if (kubeconfig === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = kubeconfig;
    await fake.stop();
  });
  return () => fake;
}

export interface Inputs {
  /** Returns the label to pick, or undefined to cancel. */
  readonly pick: (labels: readonly string[]) => string | undefined;
  /** Returns the text to enter, or undefined to cancel. */
  readonly enter: (options: vscode.InputBoxOptions) => string | undefined;
}

/** Answers quick picks and input boxes until disposed. */
export function answerInputs({ pick, enter }: Inputs): vscode.Disposable {
  const window = vscode.window as unknown as { showQuickPick: unknown; showInputBox: unknown };
  const { showQuickPick, showInputBox } = window;
  window.showQuickPick = (items: readonly { readonly label: string }[]) => {
    const picked = pick(items.map(({ label }) => label));
    return Promise.resolve(items.find(({ label }) => label === picked));
  };
  window.showInputBox = (options: vscode.InputBoxOptions) => Promise.resolve(enter(options));
  return new vscode.Disposable(() => Object.assign(window, { showQuickPick, showInputBox }));
}
