import type { EpisodeMessage } from '../../../../webview/protocol/episode.ts';

/** Two services, one agent, four decisions 15 s apart; small enough to work out by hand. */
export const SAMPLE: EpisodeMessage = {
  place: { directory: '/r', seed: 1, episode: 2 },
  scenario: 'ddos',
  load: 'nasa-1995',
  luck: 7,
  interval: 15,
  steps: 4,
  services: ['a', 'b'],
  entryPoints: ['a'],
  events: [
    { type: 'attack', service: '', from: 15, to: 45, size: 120 },
    { type: 'crash', service: 'b', from: 30, to: 30, size: 2 },
  ],
  fields: [
    { name: 'a.received', values: [10, 20, null, 40] },
    { name: 'a.pending', values: [0, 13, 5, 0] },
    { name: 'a.desired', values: [1, 1, 2, 2] },
    { name: 'a.ready', values: [1, 1, 1, 2] },
    { name: 'b.received', values: [10, 20, 30, 40] },
    { name: 'b.desired', values: [3, 3, 3, 2] },
    { name: 'cluster.latency', values: [0.1, 0.5, 0.4, 0.1] },
    { name: 'cluster.successRate', values: [1, 0.9, 0.95, 1] },
  ],
  objective: [0.9, 0.5, null, 0.8],
  agents: [
    {
      name: 'scaler',
      roles: ['scale-out'],
      options: [
        { service: -1, move: 0 },
        { service: 0, move: -1 },
        { service: 0, move: 1 },
        { service: 1, move: -2 },
        { service: 1, move: 2 },
      ],
      rules: ['scale-out: pending > 12', 'scale-out: utilization < 0.3'],
      actions: [0, 2, 0, 3],
      free: [0, 2, 4, 3],
      allowed: '10000' + '10101' + '10000' + '11111',
      active: '0101',
      probabilities: [1000, 0, 0, 0, 0, 170, 0, 829, 0, 1, 1000, 0, 0, 0, 0, -1, -1, -1, -1, -1],
      rule: [-1, 0, -1, -1],
      expected: [0.25, -0.5, null, 0],
    },
  ],
  goals: [{ name: 'mission/short', satisfied: '1001' }],
  expectedMeaning: 'Return of the rest of the episode.',
};

/** As format 1 has it. */
export const OLD: EpisodeMessage = {
  ...SAMPLE,
  entryPoints: null,
  events: null,
  expectedMeaning: '',
  agents: SAMPLE.agents.map((agent) => ({ ...agent, rules: null, rule: null, probabilities: null, expected: null })),
};
