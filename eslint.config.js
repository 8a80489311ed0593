import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// Imports point one way (docs/architecture.md): hosts -> phases -> cluster, nn, runs -> spec. Phases stand in the order in which they run.
const layers = [
  ['spec'],
  ['language'],
  ['cluster', 'nn', 'runs'],
  ['modeling'],
  ['training'],
  ['analyzing'],
  ['evaluating'],
  ['transferring'],
  ['hosts'],
];
const network = ['http', 'https', 'net', 'tls', 'dgram', 'http2', '@kubernetes/client-node'];
const networkImports = network.flatMap((name) => [name, `node:${name}`]);

const patternsFor = (folder) => {
  const level = layers.findIndex((layer) => layer.includes(folder));
  const above = layers.filter((_, i) => i > level || (i === level && layers[i].length > 1)).flat();
  return above
    .filter((name) => name !== folder)
    .map((name) => ({
      group: [`**/${name}/**`, `!node:*`],
      message: `src/${folder} may not import src/${name}: imports point from hosts to spec (docs/architecture.md).`,
    }));
};
const noVscode = { name: 'vscode', message: 'Only src/hosts/extension imports vscode.' };
const noNetwork = networkImports.map((name) => ({
  name,
  message: 'Only src/hosts and src/cluster/kubernetes do network I/O.',
}));

// The real thing may use the network, and is bound to its layer all the same. Nothing else knows the Kubernetes client.
const kubernetesClient = {
  group: ['@kubernetes/client-node', '@kubernetes/client-node/**'],
  message: 'Only src/cluster/kubernetes imports the Kubernetes client.',
};
const kubernetesRules = {
  files: ['src/cluster/kubernetes/**/*.ts'],
  rules: { 'no-restricted-imports': ['error', { paths: [noVscode], patterns: patternsFor('cluster') }] },
};

const layerRules = layers.flat().map((folder) => ({
  files: [`src/${folder}/**/*.ts`],
  ignores: folder === 'cluster' ? ['src/cluster/kubernetes/**'] : folder === 'hosts' ? ['src/hosts/extension/**'] : [],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [noVscode, ...(folder === 'hosts' ? [] : noNetwork)],
        patterns: [...patternsFor(folder), ...(folder === 'hosts' ? [kubernetesClient] : [])],
      },
    ],
  },
}));

// The engine has no clock and no randomness of its own (invariant 2): they are passed in.
const engineRules = {
  files: ['src/**/*.ts'],
  ignores: ['src/hosts/**'],
  rules: {
    'no-restricted-syntax': [
      'error',
      {
        selector: "MemberExpression[object.name='Math'][property.name='random']",
        message: 'Pass a seeded generator in.',
      },
      { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Pass a clock in.' },
      { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Pass a clock in.' },
    ],
    'no-restricted-globals': ['error', { name: 'fetch', message: 'Only hosts and cluster/kubernetes do network I/O.' }],
  },
};

// The extension host stays light: the engine runs in the runner, the command line and the language server.
const engine = ['spec', 'language', 'cluster', 'nn', 'modeling', 'training', 'analyzing', 'evaluating', 'transferring'];
const extensionRules = {
  files: ['src/hosts/extension/**/*.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            // Own folders may have the same names: the engine is at least two folders up.
            regex: `^(\\.\\./){2,}(${engine.join('|')})/|^(\\.\\./)+(runner|cli|report)/`,
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
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['src/hosts/cli/**', 'test/bench/**', 'src/build-kernels.ts'], rules: { 'no-console': 'off' } },
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
  engineRules,
  extensionRules,
  webviewRules,
);
