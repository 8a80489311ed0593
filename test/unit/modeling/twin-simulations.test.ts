import { truthParameters } from '../../../src/cluster/emulator/parameters.ts';
import { fitTwin } from '../../../src/modeling/fit-twin.ts';
import { twinSimulations } from '../../../src/modeling/twin.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import type { TwinKind } from '../../../src/spec/model.ts';
import { describeSimulation, type MakeSimulation } from '../../conformance/simulation.ts';
import { SHOP } from './clusters.ts';
import { never, record, withStore } from './recorded.ts';

describe('Twins that were fitted to traces', () => {
  let backend: Backend;
  before(async () => {
    backend = await createWasmBackend();
  });
  after(() => backend.dispose());

  const fitted = (kind: TwinKind): Promise<MakeSimulation> =>
    withStore(async (store) => {
      await record(store, SHOP, { seconds: 3600, capacity: 200, parameters: truthParameters(SHOP), crashes: true });
      const network = { hidden: [16], learningRate: 2e-3, members: 2 };
      const { twin } = await fitTwin({
        cluster: SHOP,
        store,
        kind,
        seed: 1,
        backend,
        network,
        candidates: 10,
        signal: never,
      });
      return twinSimulations(twin, SHOP, backend);
    });

  describeSimulation('The calibrated twin', () => fitted('calibrated'));
  describeSimulation('The twin of records and a network', () => fitted('recorded-then-mlp'), { batchTolerance: 1e-4 });
});
