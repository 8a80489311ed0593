/** Specifications of any length, out of copies of the sample whose objects have names of their own. */
import { readSpecFolder } from '../../../src/spec/folder.ts';

/** One file of at least so many lines: as many copies of the sample as it takes, cut after the last whole document. */
export async function manyDocuments(lines: number): Promise<string> {
  const { files, documents } = await readSpecFolder('examples/chained-services');
  const names = new Set(documents.flatMap(({ name }) => name ?? []));
  // Not where a name is also a key, or the preset of a training.
  const name = new RegExp(`(?<![\\w-]|preset: )(?:${[...names].join('|')})(?![\\w-]|\\s*:)`, 'g');
  const sample = files
    .map(({ text }) =>
      Buffer.from(text)
        .toString('utf8')
        .split(/^---\n/m),
    )
    .flat();
  const parts: string[] = [];
  for (let count = 0, copy = 0; ; copy++) {
    for (const document of sample) {
      parts.push(document.replace(name, (word) => `${word}-${copy}`));
      count += document.split('\n').length;
      if (count >= lines) return parts.join('---\n');
    }
  }
}

/** One document of so many lines: a role with as many settings, and rules that read them. */
export function hugeDocument(lines: number): string {
  const rules = 100;
  const settings = Array.from(
    { length: lines - 2 * rules - 6 },
    (_, i) => `    threshold${i}: ${i % 100}% # of capacity`,
  );
  const reading = Array.from({ length: rules }, (_, i) => {
    const setting = `settings.threshold${i * 3}`;
    return `    - when: service.demand > ${setting} * service.capacity || service.pending > 5\n      allow: { scale: [${1 + (i % 3)}] }`;
  });
  return [
    'apiVersion: karma-mas.dev/v1alpha1',
    'kind: Role',
    'metadata: { name: huge }',
    'spec:',
    '  rules:',
    ...reading,
    '  settings:',
    ...settings,
    '',
  ].join('\n');
}
