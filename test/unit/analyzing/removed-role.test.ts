/** The way back: a role that agents were trained under, and that the specifications have lost, is found and written down again. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addProposal } from '../../../src/language/proposals/add-proposal.ts';
import { folderView } from '../../../src/language/folder-view.ts';
import { applyTextEdits } from '../../../src/language/text.ts';
import type { ActionSequence } from '../../../src/analyzing/groups/action-sequences.ts';
import { guideFit } from '../../../src/analyzing/roles/guide-fit.ts';
import type { Trajectories } from '../../../src/analyzing/trajectories/trajectories.ts';
import type { Proposal } from '../../../src/analyzing/proposals/proposal.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import { loadSpecs } from '../../../src/spec/load.ts';
import { analyzeOne, record, trainSample, withoutRoleOf } from './trained.ts';

const FOLDER = 'examples/chained-services';
const TEAM = 'resilience-team';
/** Short, and without the bias to hold still: what they do need not be good, but it is by the rules. */
const SHORT = {
  algorithm: { hidden: [32], critic: [32], startBias: false },
  budget: { steps: 40_000, episode: 900, environments: 32, horizon: 32 },
};
/** Relations are not what this is about. */
const OPTIONS = { permutations: 9, windows: 1 };

type Files = { path: string; text: string }[];

/** The sample's files in which agent `relief` has no role. */
function filesWithoutRole(): Files {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.karma.yaml'));
  return names.map((path) => ({
    path,
    text: readFileSync(join(FOLDER, path), 'utf8')
      .replace('name: relief, role: bottleneck-manager', 'name: relief')
      .replace('role: bottleneck-manager, cardinality: { min: 1,', 'role: bottleneck-manager, cardinality: { min: 0,'),
  }));
}

const load = (files: Files) => loadSpecs(files, { exists: () => true });

function accept(files: Files, proposal: Proposal): Files {
  const view = folderView(files, load(files));
  const placement = { organization: TEAM, ...(proposal.agents ? { agents: proposal.agents } : {}) };
  const result = addProposal(view, proposal, placement);
  assert.ok('edits' in result, 'refused' in result ? result.refused : '');
  return view.sources.map((source) => {
    const edits = result.edits.find((each) => each.file === source.path)?.edits ?? [];
    return { path: source.path, text: applyTextEdits(source, edits) };
  });
}

describe('a role that was removed from the specifications', () => {
  let backend: Backend;
  const recorded = new Map<number, Trajectories>();
  let cluster: Parameters<typeof guideFit>[1];
  before(async () => {
    backend = await createWasmBackend({ threads: 1 });
    for (const seed of [1, 2, 3]) {
      const trained = await trainSample(backend, seed, SHORT);
      cluster = trained.setup.cluster;
      const { trajectories } = withoutRoleOf('relief', trained.setup, await record(trained, backend, 8));
      recorded.set(seed, trajectories);
    }
  });
  after(() => backend.dispose());

  const analyzeBy = (files: Files, trajectories: Trajectories) => {
    const { model } = load(files);
    const organization = model.organizations.find(({ name }) => name === TEAM)!;
    return analyzeOne(trajectories, organization, { ...OPTIONS, cluster, model });
  };

  it('A removed role is proposed with valid YAML that allows 90 % of the moves taken and at most a third of all', async () => {
    const files = filesWithoutRole();
    for (const [seed, trajectories] of recorded) {
      const { proposals } = await analyzeBy(files, trajectories);
      const proposal = proposals.find(({ kind, agents }) => kind === 'role' && agents?.includes('relief'));
      assert.ok(proposal, `seed ${seed}: no role for relief`);
      assert.match(proposal.why, /relief has no role/);
      const { model, problems } = loadSpecs([{ path: 'role.karma.yaml', text: proposal.yaml }]);
      assert.deepEqual(problems, []);
      // By the YAML itself, on every fourth episode.
      const agent = trajectories.agents.findIndex(({ name }) => name === 'relief');
      const members = trajectories.episodes.map((_, episode): ActionSequence => ({
        agent,
        source: 0,
        episode,
        symbols: new Uint16Array(),
      }));
      const heldOut = guideFit([{ seed, trajectories }], cluster, model.roles, members);
      assert.ok(heldOut.moves >= 10, `seed ${seed}: ${heldOut.moves} moves`);
      assert.ok(heldOut.taken >= 0.9, `seed ${seed}: allows ${heldOut.taken} of the moves taken`);
      assert.ok(heldOut.all <= 1 / 3, `seed ${seed}: allows ${heldOut.all} of all moves`);
    }
  });

  it('Nothing more is proposed once all proposals are accepted', async () => {
    const [trajectories] = recorded.values();
    let files = filesWithoutRole();
    const rounds: Proposal[][] = [];
    for (;;) {
      const { proposals } = await analyzeBy(files, trajectories);
      rounds.push([...proposals]);
      if (proposals.length === 0 || rounds.length > 3) break;
      for (const proposal of proposals) files = accept(files, proposal);
      assert.deepEqual(
        load(files).problems.filter(({ severity }) => severity === 'error'),
        [],
      );
    }
    const told = rounds.map((round) => round.map(({ kind, name }) => `${kind} ${name}`).join(', '));
    assert.ok(rounds[0].some(({ kind }) => kind === 'role'));
    // Relations of an agent with a new role wait for the second round.
    assert.ok(rounds.length <= 3 && rounds.at(-1)!.length === 0, told.join(' | '));
    for (const [i, round] of rounds.slice(1).entries())
      assert.ok(
        round.every(({ kind }) => kind === 'relation'),
        `round ${i + 2}: ${told[i + 1]}`,
      );
  });
});
