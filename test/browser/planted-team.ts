/** The sample's organization, playing what its roles do not say: a role and a relation are there to be found and accepted. */
import { copySpec } from '../../src/runs/manifest.ts';
import { readSpecFolder } from '../../src/spec/folder.ts';
import { BEHAVIORS, type AgentPlan } from '../unit/analyzing/synthetic.ts';
import { writeAnalysis, type AnalysisPlan, type WrittenAnalysis } from './analysis-fixture.ts';

/** The one that should shrink grows instead; one of the others leads another, and nothing else tells when these move. */
function teamOf(): AgentPlan[] {
  let led = false;
  return [
    { name: 'relief', roles: ['bottleneck-manager'], behavior: BEHAVIORS.shrinker },
    {
      name: 'shield',
      roles: ['ddos-manager'],
      behavior: () => ({ service: led ? 1 : -1, move: led ? 1 : 0 }),
    },
    {
      name: 'medic',
      roles: ['failure-manager'],
      behavior: ({ random }) => {
        led = random.uniform() < 0.4;
        return { service: led ? 2 : -1, move: led ? 1 : 0 };
      },
    },
    { name: 'steward', roles: ['resource-manager'], behavior: BEHAVIORS.relief },
  ];
}

/** Writes it as a run of the sample in a folder. */
export async function writePlantedTeam(folder: string, plan: AnalysisPlan = {}): Promise<WrittenAnalysis> {
  const { model, files } = await readSpecFolder(folder);
  const specs = files.map(({ path, text }) =>
    copySpec(path, typeof text === 'string' ? text : new TextDecoder().decode(text)),
  );
  const organization = model.organizations.find(({ name }) => name === 'resilience-team')!;
  return writeAnalysis(folder, {
    agents: teamOf(),
    organization,
    model,
    specs,
    episodes: 8,
    noise: 0.03,
    permutations: 199,
    ...plan,
  });
}
