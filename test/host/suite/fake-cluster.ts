/** For tests inside the extension host that need a cluster of somebody's own, and answers to what VS Code asks. */
import * as vscode from 'vscode';
import { startFakeCluster, type FakeCluster } from '../../fake-kubernetes/namespace.ts';

/** An API server that is not real for the tests of a `describe`; the kubeconfig of what the extension starts leads to it. */
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
  /** The label to pick; undefined leaves. */
  readonly pick: (labels: readonly string[]) => string | undefined;
  /** What to enter; undefined leaves. */
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
