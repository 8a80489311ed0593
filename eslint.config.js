import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { LAYERS as layers } from './tools/layers.ts';

const hosts = ['cli', 'controller', 'extension', 'runner', 'server'];
const network = ['http', 'https', 'net', 'tls', 'dgram', 'http2', '@kubernetes/client-node'];
const networkImports = network.flatMap((name) => [name, `node:${name}`]);

const patternsFor = (folder) => {
  const level = layers.findIndex((layer) => layer.includes(folder));
  const above = layers.filter((_, i) => i > level || (i === level && layers[i].length > 1)).flat();
  return above
    .filter((name) => name !== folder)
    .map((name) => ({
      group: [`**/${name}/**`, `!node:*`, `!**/${folder}/**/${name}/**`],
      message: `src/${folder} may not import src/${name}: imports point from hosts to spec (docs/architecture.md).`,
    }));
};
const noVscode = { name: 'vscode', message: 'Only src/hosts/extension imports vscode.' };
const noNetwork = networkImports.map((name) => ({
  name,
  message: 'Only src/hosts, src/operating, src/setup and src/cluster/kubernetes do network I/O.',
}));
const kubernetesClient = {
  group: ['@kubernetes/client-node', '@kubernetes/client-node/**'],
  message: 'Only src/cluster/kubernetes imports the Kubernetes client.',
};
const usesNetwork = ['operating', 'setup'];

const restrictImports = (files, paths, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': ['error', { paths, patterns }] },
});

const layerRules = layers
  .flat()
  .filter((folder) => folder !== 'hosts')
  .map((folder) =>
    restrictImports(
      [`src/${folder}/**/*.ts`],
      [noVscode, ...(usesNetwork.includes(folder) ? [] : noNetwork)],
      [...patternsFor(folder), kubernetesClient],
      folder === 'cluster' ? ['src/cluster/kubernetes/**'] : [],
    ),
  );

// The real thing may use the network, and is bound to its layer all the same. Nothing else knows the Kubernetes client.
const kubernetesRules = restrictImports(['src/cluster/kubernetes/**/*.ts'], [noVscode], patternsFor('cluster'));

// A host is one process: what two of them need is no host.
const hostRules = hosts.map((host) =>
  restrictImports([`src/hosts/${host}/**/*.ts`], host === 'extension' ? [] : [noVscode], [
    kubernetesClient,
    ...hosts
      .filter((name) => name !== host)
      .map((name) => ({
        // Own folders may have the name of another host.
        regex: `^(\\.\\./)+(hosts/)?${name}/`,
        message: `src/hosts/${host} may not import src/hosts/${name}: hosts are thin and do not know one another (docs/architecture.md).`,
      })),
  ]),
);

// The engine has no clock, timer, randomness, environment or process of its own (invariant 2): a host hands them in.
const engineRooms = layers
  .flat()
  .filter((room) => !['language-server', 'jobs', 'setup', 'operating', 'hosts'].includes(room));
const handIn = (what) => `The engine has no ${what} of its own: let the host hand it in (docs/architecture.md).`;
const member = (object, property) => `MemberExpression[object.name='${object}'][property.name=${property}]`;
const from = (module) => `[source.value=/^(node:)?${module}$/]`;
const modules = 'ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, ImportExpression';
const importOf = (module) => `:matches(${modules})${from(module)}`;
const engineRules = {
  files: engineRooms.map((room) => `src/${room}/**/*.ts`),
  rules: {
    'no-restricted-syntax': [
      'error',
      { selector: member('Math', "'random'"), message: handIn('randomness') },
      { selector: member('Date', "'now'"), message: handIn('clock') },
      { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: handIn('clock') },
      { selector: "CallExpression[callee.name='Date']", message: handIn('clock') },
      { selector: member('AbortSignal', "'timeout'"), message: handIn('timer') },
      { selector: member('process', '/^(env|pid|ppid|hrtime|uptime)$/'), message: handIn('environment or process') },
      { selector: importOf('timers(\\u002fpromises)?'), message: handIn('timer') },
      { selector: importOf('perf_hooks'), message: handIn('clock') },
      { selector: importOf('process'), message: handIn('environment or process') },
      {
        selector: `ImportDeclaration${from('crypto')} > :matches(ImportSpecifier[imported.name=/^(random|getRandom|webcrypto)/], ImportDefaultSpecifier, ImportNamespaceSpecifier)`,
        message: handIn('randomness'),
      },
    ],
    'no-restricted-globals': [
      'error',
      { name: 'fetch', message: 'Only hosts, operating, setup and cluster/kubernetes do network I/O.' },
      { name: 'performance', message: handIn('clock') },
      { name: 'crypto', message: handIn('randomness') },
      ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: handIn('timer') })),
    ],
  },
};
// It yields to the event loop, and is no clock.
const breathing = { files: ['src/cluster/breathe.ts'], rules: { 'no-restricted-syntax': 'off' } };

// The extension host stays light: the engine runs in the runner, the command line and the language server. What it shares with
// them are tables and protocols.
const lightModules = [
  'language/protocol',
  'jobs/options/(environment|job-table|option)\\.',
  'jobs/starting/start-protocol',
  'operating/install/plan-text',
  'jobs/backend/(gpu-package|probe)\\.',
];
const heavyRooms = layers.flat().filter((room) => !['runs', 'setup', 'hosts'].includes(room));
const extensionRules = {
  files: ['src/hosts/extension/**/*.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            // Own folders may have the same names: the engine is at least two folders up.
            regex: `^(\\.\\./){2,}(?!${lightModules.join('|')})(${heavyRooms.join('|')})/`,
            allowTypeImports: true,
            message: 'The extension host imports only types from the engine (docs/architecture.md).',
          },
        ],
      },
    ],
  },
};

// The toolkit is archived upstream: one folder knows it. A webview sees of src/ only types.
const toolkit = { name: '@vscode/webview-ui-toolkit', message: 'Only webview/controls imports the toolkit.' };
const webviewRules = {
  files: ['webview/**/*.ts'],
  ignores: ['webview/controls/**'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        paths: [toolkit],
        patterns: [
          { group: ['**/src/**'], allowTypeImports: true, message: 'A webview gets data by messages.' },
          { group: ['node:*', 'vscode'], message: 'A webview runs in a browser.' },
        ],
      },
    ],
  },
};

// Of the strict rules that know types, those that find mistakes. The others mostly ask for another way to write the same.
const strictRules = Object.fromEntries(
  [
    'await-thenable',
    'no-array-delete',
    'no-duplicate-type-constituents',
    'no-for-in-array',
    'no-mixed-enums',
    'no-redundant-type-constituents',
    'no-unnecessary-boolean-literal-compare',
    'no-unsafe-enum-comparison',
    'no-unsafe-unary-minus',
    'no-useless-constructor',
    'prefer-promise-reject-errors',
    'prefer-reduce-type-parameter',
    'related-getter-setter-pairs',
    'restrict-plus-operands',
    'unified-signatures',
  ].map((rule) => [`@typescript-eslint/${rule}`, 'error']),
);

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'test/host/node_modules',
      'dist',
      'dist.*',
      'coverage',
      'src/nn/wasm/kernels',
      'src/analyzing/warping/kernel',
      '.karma',
      'out',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { project: ['tsconfig.json', 'webview/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      ...strictRules,
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['src/hosts/cli/**', 'test/bench/**', 'tools/build-kernels.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'readonly',
        performance: 'readonly',
      },
    },
  },
  ...layerRules,
  kubernetesRules,
  ...hostRules,
  engineRules,
  breathing,
  extensionRules,
  webviewRules,
);
