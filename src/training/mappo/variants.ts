/**
 * Switches that compare our recipe with the settings of the paper, apart from the numbers to tune (config.ts). What each one does is
 * said in spec/model.ts.
 */
import type { Algorithm } from '../../spec/model.ts';

export type MappoVariants = Pick<
  Algorithm,
  'agentMode' | 'organization' | 'observation' | 'wideCritic' | 'pairedReward' | 'startBias' | 'starts'
>;
