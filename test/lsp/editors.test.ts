import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ClientCapabilities } from 'vscode-languageserver';
import { Client, folderWith, SERVER, uriOf } from './client.ts';

const docs = readFileSync('docs/editors.md', 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(docs)![1];

/** The capabilities that editors declare, as far as our server reads them. */
const EDITORS: Readonly<Record<string, ClientCapabilities>> = {
  'Neovim 0.7': {
    workspace: { configuration: true, workspaceFolders: true, applyEdit: true, symbol: { dynamicRegistration: false } },
    textDocument: {
      synchronization: { didSave: true, dynamicRegistration: false },
      publishDiagnostics: { relatedInformation: true },
      completion: { completionItem: { snippetSupport: false, documentationFormat: ['markdown', 'plaintext'] } },
    },
    window: { workDoneProgress: true },
  },
  'Helix 25': {
    general: { positionEncodings: ['utf-8', 'utf-32', 'utf-16'] },
    workspace: {
      configuration: true,
      workspaceFolders: true,
      didChangeConfiguration: { dynamicRegistration: false },
      didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: false },
      inlayHint: { refreshSupport: false },
    },
    textDocument: {
      completion: {
        completionItem: {
          snippetSupport: true,
          insertReplaceSupport: true,
          resolveSupport: { properties: ['documentation'] },
        },
      },
      publishDiagnostics: { versionSupport: true },
    },
  },
  'an editor that declares no capabilities': {},
};

describe('other editors', () => {
  for (const [name, capabilities] of Object.entries(EDITORS))
    it(`The language server reports problems to ${name} and applies its settings`, async () => {
      const { folder, remove } = folderWith({ 'a.karma.yaml': '' });
      const uri = uriOf(join(folder, 'a.karma.yaml'));
      const configuration = { 'karma-mas': { inlayHints: { enabled: false } } };
      const client = await Client.start({
        folders: [folder],
        configuration,
        initialize: { capabilities, workspaceFolders: null },
      });
      const encoding = client.initialized.capabilities.positionEncoding;
      assert.ok(encoding === undefined || encoding === 'utf-16');
      const text =
        'apiVersion: karma-mas.dev/v1alpha1\nkind: Role\nmetadata: { name: x } # 🚀\nspec: { description: "🚀", hardnes: 1 }\n';
      await client.open(uri, text);
      const { diagnostics } = await client.diagnosticsOf(uri, 1);
      const unknown = diagnostics.find(({ code }) => code === 'unknown-key')!;
      assert.deepEqual(unknown.range, { start: { line: 3, character: 27 }, end: { line: 3, character: 34 } }, 'UTF-16');
      if (!capabilities.workspace?.configuration)
        await client.notify('workspace/didChangeConfiguration', { settings: configuration });
      const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
      const hints = (): Promise<unknown> => client.request('textDocument/inlayHint', { textDocument: { uri }, range });
      for (let tries = 0; (await hints()) !== null; tries++) assert.ok(tries < 50, 'hints are turned off');
      await client.stop();
      remove();
    });

  it('The language server looks at the disk on each save when the editor does not report changes of files', async () => {
    const { folder, remove } = folderWith({ 'a.karma.yaml': 'kind: Rol\n' });
    const client = await Client.start({ folders: [folder], initialize: { capabilities: {} } });
    const uri = uriOf(join(folder, 'a.karma.yaml'));
    await client.open(uri, 'kind: Rol\n');
    await client.diagnosticsOf(uri, 1);
    const other = join(folder, 'b.karma.yaml');
    writeFileSync(other, 'kind: Clustr\n');
    await client.notify('textDocument/didSave', { textDocument: { uri } });
    assert.deepEqual(await client.codesOf(uriOf(other), undefined), ['unknown-kind']);
    await client.stop();
    remove();
  });

  it('The settings in docs/editors.md contain the command that starts the server', () => {
    const helix = block('toml');
    const command = [
      /command = "(.*)"/.exec(helix)![1],
      ...[.../args = \[(.*)\]/.exec(helix)![1].matchAll(/"(.*?)"/g)].map((match) => match[1]),
    ];
    const neovim = [...block('lua').matchAll(/cmd = \{ (.*) \}/g)][0][1].split(', ').map((word) => word.slice(1, -1));
    assert.deepEqual(command, ['karma-mas', ...SERVER.slice(1)]);
    assert.deepEqual(neovim, command);
    assert.match(helix, /glob = "\*\.karma\.yaml"/);
  });

  const nvim = spawnSync('nvim', ['--version']).status === 0;
  (nvim ? it : it.skip)(
    'Neovim with the settings in docs/editors.md gets diagnostics, hover, definition and completion',
    () => {
      const { folder, remove } = folderWith({});
      cpSync('examples/chained-services', join(folder, 'specs'), { recursive: true });
      const roles = join(folder, 'specs', 'roles.karma.yaml');
      writeFileSync(roles, readFileSync(roles, 'utf8').replace('otherwise: hold', 'otherwize: hold'));
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin', 'karma-mas'), `#!/bin/sh\nexec '${process.execPath}' '${SERVER[0]}' "$@"\n`);
      chmodSync(join(folder, 'bin', 'karma-mas'), 0o755);
      writeFileSync(join(folder, 'init.lua'), `${SHIM}\n${block('lua')}`);
      writeFileSync(join(folder, 'run.lua'), SESSION);
      execFileSync('nvim', ['--headless', '-u', 'init.lua', 'specs/roles.karma.yaml', '-c', 'luafile run.lua'], {
        cwd: folder,
        timeout: 300_000,
        stdio: 'pipe',
        env: { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`, HOME: folder },
      });
      const seen = JSON.parse(readFileSync(join(folder, 'seen.json'), 'utf8')) as Record<string, string>;
      assert.match(seen.diagnostics, /Unknown key 'otherwize'/);
      assert.match(seen.hover, /Constraint hardness/);
      assert.match(seen.definition, /roles\.karma\.yaml/);
      assert.match(seen.completion, /pending/);
      remove();
    },
  );
});

/** vim.lsp.start came with Neovim 0.8; Debian 12 has 0.7. */
const SHIM = `
vim.lsp.start = vim.lsp.start or function(config)
  local client = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(0, client)
  return client
end`;

const SESSION = `
local function ask(method, line, column)
  local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = line, character = column } }
  local answers = vim.lsp.buf_request_sync(0, method, params, 20000) or {}
  for _, answer in pairs(answers) do return vim.fn.json_encode(answer.result) end
  return ''
end
local function place(text)
  for i, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local from, to = line:find(text, 1, true)
    if from then return i - 1, to end
  end
end
vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50)
local seen = { diagnostics = '' }
for _, found in ipairs(vim.diagnostic.get(0)) do
  seen.diagnostics = seen.diagnostics .. found.message
end
local line, column = place('hardness')
seen.hover = ask('textDocument/hover', line, column - 2)
line, column = place('settings.load')
seen.definition = ask('textDocument/definition', line, column - 1)
line, column = place('when: service.')
seen.completion = ask('textDocument/completion', line, column)
local file = io.open('seen.json', 'w')
file:write(vim.fn.json_encode(seen))
file:close()
vim.cmd('qa!')
`;
