import * as vscode from 'vscode';
import type { Services } from './services.ts';

/** The context keys of the manifest's `when` and `enablement`, kept as the state is. */
export function registerContextKeys({ projects, runs }: Pick<Services, 'projects' | 'runs'>): vscode.Disposable {
  const set = new Map<string, boolean>();
  const update = () => {
    const all = runs.runs;
    const finished = all.filter(({ state }) => state === 'finished');
    const keys = {
      hasProject: projects.all.length > 0,
      hasRuns: all.length > 0,
      hasActiveRun: all.some(({ state }) => state === 'running'),
      hasTwin: all.some(({ results }) => results.includes('twin')),
      hasAnalysis: all.some(({ results }) => results.includes('analysis')),
      hasPolicies: finished.some(({ results }) => results.includes('policies')),
    };
    for (const [key, value] of Object.entries(keys)) {
      if (set.get(key) === value) continue;
      set.set(key, value);
      void vscode.commands.executeCommand('setContext', `karma-mas.${key}`, value);
    }
  };
  update();
  return vscode.Disposable.from(projects.onDidChange(update), runs.onDidChange(update));
}
