import { runTests } from '@vscode/test-electron';
import type { HostRun } from './run.ts';

/** Runs a bundle of tests in a desktop VS Code, which it downloads the first time. Resolves with whether all passed. */
export async function runInElectron({ extension, tests, workspace, trusted, env }: HostRun): Promise<boolean> {
  try {
    const code = await runTests({
      extensionDevelopmentPath: extension,
      extensionTestsPath: tests,
      extensionTestsEnv: env,
      launchArgs: [workspace, '--disable-extensions', ...(trusted ? ['--disable-workspace-trust'] : [])],
    });
    return code === 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `The tests failed in VS Code for the desktop, or it could not be downloaded or started: ${message}\n` +
        'Without --electron they run in a VS Code that npm can install.\n',
    );
    return false;
  }
}
