import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeIn, pages, read, root, trackedFiles } from './pages.ts';

const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  contributes: { commands: { title: string; category?: string }[] };
};

/** The text and the file of everything that the first group of a pattern matches. */
function mentions(files: readonly string[], pattern: RegExp, textOf = read): [string, string][] {
  return files.flatMap((file) => [...textOf(file).matchAll(pattern)].map(([, text]): [string, string] => [text, file]));
}

describe('commands in the documentation', () => {
  const code = (file: string): string => codeIn(read(file)).join('\n');

  it('Every npm script that a page, a workflow or the editor configuration names exists', () => {
    const named = mentions(
      trackedFiles().filter((file) => /\.(md|yml|ya?ml)$|^\.vscode\//.test(file)),
      /npm run (?:-s )?([a-z][\w:-]*)/g,
    );
    const tasks = [
      ...mentions(['.vscode/tasks.json'], /"script": "([^"]+)"/g),
      ...mentions(['.vscode/launch.json', '.vscode/tasks.json'], /\["run", "([^"]+)"/g),
    ];
    assert.ok(named.length > 20 && tasks.length > 5);
    assert.deepEqual(
      [...named, ...tasks].filter(([script]) => !script.endsWith(':') && !(script in manifest.scripts)),
      [],
    );
  });

  it('Every task that a debugger configuration starts first exists', () => {
    const labels = mentions(['.vscode/tasks.json'], /"label": "([^"]+)"/g).map(([label]) => label);
    const started = mentions(['.vscode/launch.json'], /"preLaunchTask": "([^"]+)"/g).map(([label]) => label);
    assert.deepEqual(
      started.filter((label) => !labels.includes(label)),
      [],
    );
    assert.ok(started.length > 0);
  });

  it('Every script file that a page, a workflow or the editor configuration starts exists', () => {
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

  it('Every karma-mas command that a page names exists and has the options that the page gives it', () => {
    const lines = mentions(pages(), /\bkarma-mas (?:-- )?((?:--json )?[a-z][^#`\n]*)/g, code).map(([line, file]) => {
      const [command, ...rest] = line.split(/\s+/).filter((word) => word !== '--json' && word !== '');
      const under = rest.length > 0 && /^[a-z][a-z-]+$/.test(rest[0]) ? `${command} ${rest[0]}` : command;
      return { line, file, command, under, options: rest.filter((word) => /^--[a-z]/.test(word)) };
    });
    assert.ok(lines.length > 20);
    const helps = helpOf(new Set(lines.flatMap(({ command, under }) => [command, under])));
    const missing = lines.flatMap(({ line, file, command, under, options }) => {
      const group = helps.get(command);
      const help = group?.includes('\nCommands:') ? helps.get(under) : group;
      if (help === undefined) return [`${file}: karma-mas ${line}`];
      return options.filter((option) => !help.includes(option)).map((option) => `${file}: ${option} of ${line}`);
    });
    assert.deepEqual(missing, []);
  });

  it('Every command of the extension that a page names is in the command palette', () => {
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

  it('Only package.json names the owner of the repository, so that one edit fills it in', () => {
    const named = trackedFiles().filter((file) => !/\.(png|gz|csv|wasm)$/.test(file) && read(file).includes('/OWNER/'));
    assert.deepEqual(
      named.filter(
        (file) => !['package.json', 'tools/check-release.ts', 'test/unit/docs/commands.test.ts'].includes(file),
      ),
      [],
    );
  });
});

/** What `karma-mas COMMAND --help` prints, for each command that exists. */
function helpOf(commands: ReadonlySet<string>): Map<string, string> {
  const script = `
    import { runCommandLine } from './src/hosts/cli/program.ts';
    for (const command of process.argv.slice(1)) {
      process.stdout.write('\\0');
      await runCommandLine([...command.split(' '), '--help']);
    }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script, '--', ...commands], {
    cwd: root,
    encoding: 'utf8',
  });
  const texts = stdout.split('\0').slice(1);
  return new Map(
    [...commands]
      .map((command, i): [string, string] => [command, texts[i]])
      .filter(([command, text]) => text.startsWith(`Usage: karma-mas ${command} `)),
  );
}
