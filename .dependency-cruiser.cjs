/**
 * Who may import whom. The table below is the law of the house (docs/architecture.md draws it); everything that
 * it does not name is forbidden, so a new room or package starts with a line here.
 *
 *   values    rooms whose code may be used          types      rooms whose types only may be used
 *   packages  npm packages; packageTypes: their types only      builtins   whether Node's own modules are there
 *
 * Temporal's bundler takes a database mapping or a real activity into a Temporal workflow without a word. Only these
 * rules stop it.
 */
const shared = ['src/contracts/', 'src/errors.ts'];
const decisions = [...shared, 'src/core/'];
const adapterRooms = ['src/db/', 'src/models/', 'src/files/', 'src/feed/', 'src/tools/'];
// Said by a port's or a factory's options, so a type of it may be named anywhere outside the pure rooms.
const config = ['src/config.ts'];
const logs = ['pino', 'prom-client'];

const rooms = {
  'src/contracts/': { values: shared, packages: ['zod'] },
  'src/errors.ts': { values: shared, packages: ['zod'] },
  'src/config.ts': { values: shared, packages: ['zod'], builtins: true },
  'src/core/': {
    values: decisions,
    packages: ['@bufbuild/cel', '@bufbuild/cel-spec'],
    packageTypes: ['zod'],
  },

  'src/db/': {
    values: decisions,
    types: config,
    packages: ['typeorm', 'pg', 'uuid', '@bufbuild/cel', '@bufbuild/cel-spec', ...logs],
    builtins: true,
  },
  'src/models/': {
    values: decisions,
    types: config,
    packages: ['openai', '@anthropic-ai/sdk', 'gpt-tokenizer', 'node-llama-cpp', 'zod', 'ajv', ...logs],
    builtins: true,
  },
  'src/files/': {
    values: decisions,
    types: config,
    packages: ['file-type', 'unpdf', 'mammoth', 'csv-parse', 'zod', ...logs],
    builtins: true,
  },
  'src/feed/': { values: decisions, types: config, packages: ['ioredis', 'zod', ...logs], builtins: true },
  'src/tools/': {
    values: decisions,
    types: config,
    packages: [
      'zod',
      'ajv',
      'yaml',
      'csv-parse',
      'undici',
      'jsdom',
      '@mozilla/readability',
      'turndown',
      '@modelcontextprotocol/client',
      ...logs,
    ],
    builtins: true,
  },

  'src/commands/': {
    values: [...decisions, 'src/db/', 'src/files/'],
    types: config,
    packages: ['uuid', ...logs],
    builtins: true,
  },
  'src/temporal/': {
    values: [...shared, 'src/db/', 'src/feed/', 'workflows/messages.ts'],
    types: ['workflows/', ...config],
    packages: ['@temporalio/client', '@temporalio/common', ...logs],
    builtins: true,
  },
  'src/api/': {
    values: [...shared, 'src/commands/', 'src/db/', 'src/feed/', 'src/files/'],
    types: config,
    packages: [
      'express',
      'express-rate-limit',
      'helmet',
      'compression',
      'multer',
      'pino-http',
      'zod',
      'zod-openapi',
      'yaml',
      'uuid',
      ...logs,
    ],
    builtins: true,
  },
  'src/live/': {
    values: [...shared, 'src/commands/', 'src/db/', 'src/feed/', 'src/files/'],
    types: config,
    packages: ['socket.io', 'zod', ...logs],
    builtins: true,
  },

  'workflows/': {
    values: decisions,
    types: ['activities/'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  'activities/': {
    values: decisions,
    types: [...adapterRooms, ...config],
    packages: ['@temporalio/activity', '@temporalio/common', ...logs],
    builtins: true,
  },

  'client/': { values: shared, packages: ['zod', 'socket.io-client'] },
  'web/': { values: ['src/contracts/', 'client/'], packages: ['*'] },
};

// Wiring and entries: they may import everything, and only they may import each other.
const entries = ['src/main.ts', 'workers/'];
// A command line entry: it also reads the configuration.
const configReaders = ['src/db/migrate.ts', 'src/db/issue-link.ts'];

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const startsWithAny = (paths) => paths.map((path) => `^${escaped(path)}`).join('|');
const packagePattern = (name) =>
  name === '*'
    ? 'node_modules/'
    : `node_modules/${escaped(name).replace(/\\\*$/, '')}${name.endsWith('*') ? '' : '/'}`;
const ours = '^(src|workflows|activities|workers|client|web|scripts|samples|examples|bench|test)/';
const providers = '(openai|anthropic|llama|embedded)';
const knownRooms = startsWithAny([...Object.keys(rooms), ...entries]);
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

function roomRules([room, law]) {
  const name = room.replace(/^src\/|\/$|\.ts$/g, '');
  const from = { path: `^${escaped(room)}` };
  if (room === 'src/db/') from.pathNot = startsWithAny(configReaders);
  const values = [room, ...law.values];
  const packageTypes = [...law.packages, ...(law.packageTypes ?? [])];
  const forbidden = [
    {
      name: `${name}-rooms`,
      comment: `${room} may use the code of: ${values.join(', ')}`,
      severity: 'error',
      from,
      to: { path: ours, pathNot: startsWithAny(values), dependencyTypesNot: ['type-only'] },
    },
    {
      name: `${name}-types`,
      comment: `${room} may name the types of: ${[...values, ...(law.types ?? [])].join(', ')}`,
      severity: 'error',
      from,
      to: {
        path: ours,
        pathNot: startsWithAny([...values, ...(law.types ?? [])]),
        dependencyTypes: ['type-only'],
      },
    },
    {
      name: `${name}-packages`,
      comment: `${room} may import the packages: ${law.packages.join(', ')}`,
      severity: 'error',
      from,
      to: {
        dependencyTypes: npm,
        dependencyTypesNot: ['type-only'],
        pathNot: law.packages.map(packagePattern).join('|'),
      },
    },
    {
      name: `${name}-package-types`,
      comment: `${room} may name the types of the packages: ${packageTypes.join(', ')}`,
      severity: 'error',
      from,
      to: {
        path: 'node_modules/',
        dependencyTypes: ['type-only'],
        pathNot: packageTypes.map(packagePattern).join('|'),
      },
    },
  ];
  if (!law.builtins) {
    forbidden.push({
      name: `${name}-builtins`,
      comment: `${room} runs where Node's own modules are not`,
      severity: 'error',
      from: room === 'web/' ? { path: from.path, pathNot: '\\.config\\.(ts|js|mjs)$' } : from,
      to: { dependencyTypes: ['core'] },
    });
  }
  return forbidden;
}

module.exports = {
  forbidden: [
    ...Object.entries(rooms).flatMap(roomRules),
    {
      name: 'nobody-imports-entries',
      comment: 'main.ts and workers/ wire everything, so nothing may lean on them',
      severity: 'error',
      from: { pathNot: startsWithAny(entries) },
      to: { path: startsWithAny(entries) },
    },
    {
      name: 'providers-behind-the-port',
      comment:
        'a provider is one folder: the registry opens it, workers/llama.ts starts the embedded one, nobody else knows it',
      severity: 'error',
      from: {
        pathNot: `^src/models/(registry\\.ts|${providers}/)|^workers/llama\\.ts|^(test|bench)/`,
      },
      to: { path: `^src/models/${providers}/` },
    },
    {
      name: 'providers-apart',
      comment: 'no provider leans on another; llama speaks chat completions, which are OpenAI’s',
      severity: 'error',
      from: { path: '^src/models/(openai|anthropic|embedded)/' },
      to: { path: `^src/models/${providers}/`, pathNot: '^src/models/$1/' },
    },
    {
      name: 'no-unknown-room',
      comment: 'every file of src/ lives in a room that the table names',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: knownRooms },
    },
    {
      name: 'no-unknown-room-that-imports',
      comment: 'the same, seen from a file that nobody imports',
      severity: 'error',
      from: { path: '^src/', pathNot: knownRooms },
      to: {},
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'the product stands without its tests and benchmarks',
      severity: 'error',
      from: { path: '^(src|workflows|activities|workers|client|web)/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-package',
      comment: 'production installs without the development packages',
      severity: 'error',
      from: { path: '^(src|workflows|activities|workers)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-package',
      comment: 'a package that stands only in another package’s lock goes away with it',
      severity: 'error',
      from: { pathNot: '^web/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    preserveSymlinks: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
