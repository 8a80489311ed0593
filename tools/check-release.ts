/**
 * `node tools/check-release.ts v1.2.3`: whether the repository is ready to be released under this tag. Prints what is missing, one line
 * each, and exits with 1 if anything is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const tag = process.argv[2] ?? '';
const { version, repository } = JSON.parse(read('package.json')) as { version: string; repository: { url: string } };
const problems: string[] = [];
if (tag !== `v${version}`)
  problems.push(`The tag is "${tag}" and package.json has version ${version}: tag v${version}, or run npm version.`);
if (!new RegExp(`^## ${version.replaceAll('.', '\\.')} - \\d{4}-\\d\\d-\\d\\d$`, 'm').test(read('CHANGELOG.md')))
  problems.push(`CHANGELOG.md has no line "## ${version} - YYYY-MM-DD": date the section of this version.`);
if (repository.url.includes('/OWNER/'))
  problems.push('package.json still names OWNER: put the owner of the repository into repository, bugs and homepage.');
process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.exitCode = problems.length === 0 ? 0 : 1;
