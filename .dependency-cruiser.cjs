/** The dependency table of ARCHITECTURE.md; type-only imports count too. */
const layer = (name, allowed) => ({
  name: `${name}-layer`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: allowed },
});
const npm = (name, allowed) => ({
  name: `${name}-packages`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: {
    dependencyTypes: [
      'npm',
      'npm-dev',
      'npm-peer',
      'npm-optional',
      'npm-no-pkg',
      'npm-unknown',
      'unknown',
      'undetermined',
    ],
    pathNot: allowed,
  },
});
const builtins = (name) => ({
  name: `${name}-no-node`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { dependencyTypes: ['core'] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'unknown-layer',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(core|protocol|node|server|extension|webview)/' },
      to: {},
    },
    {
      name: 'not-resolved',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
    layer('core', '^src/core/'),
    layer('protocol', '^src/(core|protocol)/'),
    layer('node', '^src/(core|node)/'),
    layer('server', '^src/(server/|core/)'),
    layer(
      'webview',
      '^src/(webview/|protocol/|core/(base|session)/|core/turn/(turnView|toolHost|compactionView|promptMeasure)\\.ts$)',
    ),
    layer('extension', '^src/(extension|core|protocol|node)/'),
    npm('core', '^node_modules/(yaml|jsonc-parser|valibot)/'),
    npm('protocol', '^node_modules/valibot/'),
    npm('node', '^node_modules/(@vscode/sqlite3|@ai-sdk)/'),
    npm('server', '^node_modules/vscode-languageserver(-textdocument)?/'),
    npm('webview', '^node_modules/(preact|@preact/signals|markdown-it|highlight\\.js)/'),
    npm('extension', '(^vscode$|^node_modules/(vscode-languageclient|valibot|uuid|@types/vscode)/)'),
    builtins('core'),
    builtins('protocol'),
    builtins('webview'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
