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
