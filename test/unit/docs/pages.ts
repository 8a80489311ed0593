/** The texts for people in this repository. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Paths of the files that git tracks or would track. */
export const trackedFiles = (): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && statSync(join(root, path), { throwIfNoEntry: false })?.isFile());

/** All Markdown pages: README.md, CONTRIBUTING.md, docs/ and so on. */
export const pages = (): string[] => trackedFiles().filter((path) => path.endsWith('.md'));

/** What stands in backticks, in fenced blocks or in indented blocks, line by line. */
export function codeIn(markdown: string): string[] {
  const fenced = [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block.split('\n'));
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, '');
  const indented = [...prose.matchAll(/^ {4}(.+)$/gm)].map(([, line]) => line);
  const spans = [...prose.replace(/^ {4}.+$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);
  return [...fenced, ...indented, ...spans];
}
