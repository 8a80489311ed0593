/** The sample specifications, and small objects to combine. */
import assert from 'node:assert/strict';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import { loadSpecs, type LoadResult } from '../../../src/spec/load.ts';
import { formatProblem } from '../../../src/spec/problem.ts';

export const SAMPLE_FOLDER = 'examples/chained-services';

/** The files of the sample as text. */
export async function sampleFiles(): Promise<{ path: string; text: string }[]> {
  const { files } = await readSpecFolder(SAMPLE_FOLDER);
  return files.map(({ path, text }) => ({ path, text: Buffer.from(text).toString('utf8') }));
}

export const load = (...documents: string[]): LoadResult =>
  loadSpecs([{ path: 'spec.karma.yaml', text: documents.join('---\n') }]);

/** All problems as `line:column code`. */
export const shortly = ({ problems }: LoadResult): string[] =>
  problems.map(({ range, code }) => `${range.start.line}:${range.start.column} ${code}`);

/** Loads documents in which « marks the expected problems, and returns their codes if they are at the marks. */
export function codesAtMarks(...documents: string[]): string[] {
  const marked = documents.join('---\n');
  const result = load(marked.replaceAll('«', ''));
  const places = marked.split('\n').flatMap((line, index) => {
    const parts = line.split('«').slice(0, -1);
    return parts.map((_, i) => `${index + 1}:${parts.slice(0, i + 1).join('').length + 1}`);
  });
  assert.deepEqual([...new Set(shortly(result).map((problem) => problem.split(' ')[0]))], places, inFull(result));
  return result.problems.map(({ code }) => code);
}

export const inFull = ({ problems }: LoadResult): string => problems.map(formatProblem).join('\n');

export const object = (kind: string, name: string, spec: string): string =>
  `apiVersion: karma-mas.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n${spec}`;

export const cluster = (more = '', interval = '15s'): string =>
  object(
    'Cluster',
    'shop',
    `  decisionInterval: ${interval}
  nodes: { cpu: 2, memory: 4Gi }
  services:
    - name: web
      entryPoint: true
      replicas: { min: 1, max: 4 }
      resources: { requests: { cpu: 500m, memory: 256Mi } }
      emulator: { throughput: 100 }
      calls: [{ service: db }]
    - name: db
      replicas: { max: 3 }
      resources: { requests: { cpu: 0.5, memory: 512Mi } }
      emulator: { throughput: 150, startup: 1m, requestSize: 2kB }
${more}`,
  );

export const role = object(
  'Role',
  'grower',
  `  rules:
    - when: service.pending > 5
      allow: { scale: [2, 1] }
`,
);

export const organization = object(
  'Organization',
  'team',
  '  cluster: shop\n  agents: [{ name: ann, role: grower }]\n',
);

export const scenario = object(
  'Scenario',
  'day',
  '  load: [{ entryPoint: web, profile: { type: constant, rate: 60% } }]\n',
);

export const training = (more = ''): string =>
  object('Training', 'first', `  organization: team\n  scenarios: [day]\n${more}`);
