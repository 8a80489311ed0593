import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { read, root, trackedFiles } from './pages.ts';

const PAGE = 'docs/architecture.md';

describe('docs/architecture.md', () => {
  const page = read(PAGE);
  const files = trackedFiles();

  it('The map in docs/architecture.md names every top folder of the repository and every folder directly below src/ and test/', () => {
    const unnamed = foldersIn(files, '').filter((folder) => !rows.has(folder));
    for (const [folder, text] of rows)
      if (/^(src|test|webview)\//.test(folder))
        for (const inside of foldersIn(files, folder))
          if (!rows.has(inside) && !text.includes(`\`${inside.slice(folder.length)}\``)) unnamed.push(inside);
    assert.deepEqual(
      unnamed.filter((folder) => folder !== 'src/'),
      [],
    );
  });

  it('Every path that docs/architecture.md names exists', () => {
    const missing = page
      .split('\n')
      .flatMap((line) => pathsIn(line).map((path) => ({ path, folder: /^\| `([^`]+\/)`/.exec(line)?.[1] ?? '' })))
      .filter(({ path, folder }) => !exists(path, folder));
    assert.deepEqual(missing, []);
  });

  it('The invariants of the architecture are numbered from 1 without a gap, and each names a test or a lint rule that exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const lint = read('eslint.config.js');
    invariants.forEach(({ number, text }, i) => {
      assert.equal(number, i + 1);
      const guards = /(?:Property test|Tests?|Lint):\s.*/s.exec(text)?.[0] ?? '';
      const tests = pathsIn(guards).filter((path) => path.startsWith('test/') && exists(path, ''));
      const commands = [...guards.matchAll(/`npm run ([\w:]+)`/g)].filter(([, script]) => script in scripts);
      const rules = [...guards.matchAll(/`([@\w/-]*no-restricted-[\w-]+)`/g)].filter(([, rule]) => lint.includes(rule));
      assert.ok(tests.length + commands.length + rules.length > 0, `Invariant ${number} has no guard: ${text}`);
    });
    assert.ok(invariants.length >= 19);
  });

  it('A source that cites an invariant by its number is named by this invariant', () => {
    const wrong = files
      .filter((file) => /\.(ts|js)$/.test(file) && !file.startsWith('test/unit/docs/'))
      .flatMap((file) =>
        [...read(file).matchAll(/\binvariants? (\d+)(?:(?:, | and )(\d+))*/gi)]
          .flatMap(([citation]) => citation.match(/\d+/g) ?? [])
          .filter((number) => !invariants[Number(number) - 1]?.text.includes(file))
          .map((number) => `${file} cites invariant ${number}`),
      );
    assert.deepEqual(wrong, []);
  });

  it('The table of usual changes in docs/architecture.md has ten rows, and each begins at a place that exists', () => {
    const changes = sectionOf(page, 'Where the usual changes go')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (change|---)/.test(line));
    assert.equal(changes.length, 10);
    for (const line of changes) {
      const [, change, begin] = line.split('|').map((cell) => cell.trim());
      const [path] = pathsIn(begin);
      assert.ok(path && exists(path, ''), `${change} begins at ${begin}`);
    }
  });

  const rows = new Map(
    [...sectionOf(page, 'The map').matchAll(/^\| `([^`]+\/)` \| (.*) \|$/gm)].map(([, folder, text]) => [folder, text]),
  );
  const invariants = [...sectionOf(page, 'Invariants').matchAll(/^(\d+)\. (.*(?:\n {4}.*|\n {3}.*)*)/gm)].map(
    ([, number, text]) => ({ number: Number(number), text }),
  );

  function exists(path: string, folder: string): boolean {
    // A path with NAME in it is a place for new files: only what comes before NAME must exist.
    const fixed = path.replace(/[^/]*NAME.*$/, '');
    return ['', 'src', folder].some((base) => existsSync(join(root, base, fixed)));
  }
});

function sectionOf(markdown: string, title: string): string {
  const begin = markdown.indexOf(`\n## ${title}\n`);
  assert.ok(begin >= 0, `${PAGE} has no section "${title}".`);
  const end = markdown.indexOf('\n## ', begin + 1);
  return markdown.slice(begin, end < 0 ? undefined : end);
}

/** What stands in backticks and looks like a file or folder: it ends with a slash or an extension, or begins with test/ or src/. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`([\w./-]+)`/g)]
    .map(([, path]) => path)
    .filter((path) => /\/$|\.(ts|js|md|json|yml)$|^(src|test|webview)\//.test(path))
    .filter((path) => !/^(dist|seeds)\/|^(progress|trajectories)\.json$|\.html$/.test(path));
}

/** The folders directly inside a folder ('' or a path that ends with a slash), with a slash at the end. */
function foldersIn(files: readonly string[], folder: string): string[] {
  const inside = files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length));
  return [...new Set(inside.filter((file) => file.includes('/')).map((file) => `${folder}${file.split('/')[0]}/`))];
}
