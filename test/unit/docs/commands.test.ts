import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cli } from '../hosts/cli-helpers.ts';
import { codeIn, pages, read, root, trackedFiles } from './pages.ts';

const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  contributes: { commands: { title: string; category?: string }[] };
};

/** [text, file] of everything that a pattern's first group finds. */
function mentions(files: readonly string[], pattern: RegExp, textOf = read): [string, string][] {
  return files.flatMap((file) => [...textOf(file).matchAll(pattern)].map(([, text]): [string, string] => [text, file]));
}

describe('commands in the documentation', () => {
  const code = (file: string): string => codeIn(read(file)).join('\n');

  it('every npm script that a page, a workflow or the editor configuration names exists', () => {
    const named = mentions(
      trackedFiles().filter((file) => /\.(md|yml|ya?ml)$|^\.vscode\//.test(file)),
      /npm run (?:-s )?([a-z][\w:-]*)/g,
    );
    const tasks = mentions(['.vscode/tasks.json'], /"script": "([^"]+)"/g);
    assert.ok(named.length > 20 && tasks.length > 2);
    assert.deepEqual(
      [...named, ...tasks].filter(([script]) => !script.endsWith(':') && !(script in manifest.scripts)),
      [],
    );
  });

  it('every script file that a page, a workflow or the editor configuration starts exists', () => {
    const files = trackedFiles().filter((file) => /\.(md|yml)$|^\.vscode\//.test(file));
    const named = [
      ...mentions(files, /\bnode ((?:src|test|tools)\/[\w./-]+)/g),
      ...mentions(files, /"node", "([^"]+)"/g),
      ...mentions(files, /(test\/[\w./-]+\.sh)\b/g),
    ];
    assert.ok(named.length > 3);
    assert.deepEqual(
      named.filter(([path]) => !existsSync(join(root, path))),
      [],
    );
  });

  it('every karma-mas command that a page names exists, with the options that stand beside it', async function () {
    this.timeout(300_000);
    const lines = mentions(pages(), /\bkarma-mas (?:-- )?((?:--json )?[a-z][^#`\n]*)/g, code);
    assert.ok(lines.length > 20);
    const missing: string[] = [];
    for (const [line, file] of lines) {
      const words = line.trim().split(/\s+/);
      const [command, ...rest] = words.filter((word) => word !== '--json');
      const help = await helpOf([command]);
      const under = /^[a-z][a-z-]+$/.test(rest[0] ?? '') && /^Commands:/m.test(help ?? '') ? rest[0] : undefined;
      const text = under ? await helpOf([command, under]) : help;
      if (text === undefined) missing.push(`${file}: karma-mas ${line}`);
      else
        for (const option of rest.filter((word) => /^--[a-z]/.test(word)))
          if (!text.includes(option.replace(/=.*/, ''))) missing.push(`${file}: ${option} of karma-mas ${line}`);
    }
    assert.deepEqual(missing, []);
  });

  it('every command of the extension that a page names is in the command palette', () => {
    const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const titles = new Set(
      manifest.contributes.commands.map(({ title }) => texts[title.slice(1, -1)].replace(/\.\.\.$/, '')),
    );
    const named = mentions(pages(), /[*`"]KARMA: ([A-Z][^*`".\n]+)/g);
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter(([title]) => !titles.has(title)),
      [],
    );
  });

  it('only package.json names the owner of the repository, so that one edit fills it in', () => {
    const named = trackedFiles().filter((file) => !/\.(png|gz|csv|wasm)$/.test(file) && read(file).includes('/OWNER/'));
    assert.deepEqual(
      named.filter(
        (file) => !['package.json', 'tools/check-release.ts', 'test/unit/docs/commands.test.ts'].includes(file),
      ),
      [],
    );
  });
});

const helps = new Map<string, string | undefined>();

/** What `karma-mas COMMAND --help` prints; undefined where there is no such command. */
async function helpOf(command: readonly string[]): Promise<string | undefined> {
  const key = command.join(' ');
  if (!helps.has(key)) {
    const { stdout } = await cli([...command, '--help'], root);
    helps.set(key, stdout.startsWith(`Usage: karma-mas ${key}`) ? stdout : undefined);
  }
  return helps.get(key);
}
