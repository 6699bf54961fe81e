/**
 * Two projects. `unit` is pure: no services, no set-up, a second or two (`npx jest --selectProjects unit`).
 * `integration` is everything else; its set-up starts a broker that brings up PostgreSQL, Redis and Temporal when the
 * first test asks for them (docs/testing.md).
 */
const pure = ['core', 'contracts', 'client', 'foundations/pure'].map((room) => `test/${room}`);

const shared = {
  // A native process must never find a copy of a workspace package here.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.adjutant/', '<rootDir>/web/dist/'],
  // Node loads the modules itself (docs/testing.md, How a file is run).
  transform: {},
  injectGlobals: false,
  runtime: '<rootDir>/test/support/jest/native-runtime.mjs',
  testEnvironment: '<rootDir>/test/support/jest/environment.mjs',
};

export default {
  coverageProvider: 'v8',
  collectCoverageFrom: ['{src,workflows,activities,workers,client}/**/*.ts'],
  // Tests mostly wait, for timers, servers and each other: four keep two cores at work.
  maxWorkers: 4,
  reporters: ['default', '<rootDir>/test/support/jest/counting-reporter.mjs'],
  testTimeout: 90_000,
  // A worker with Temporal's native runtime in it needs more than the usual half second to end when the machine is busy.
  workerGracefulExitTimeout: 5000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: pure.map((room) => `<rootDir>/${room}/**/*.test.ts`) },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...pure.map((room) => `<rootDir>/${room}/`)],
      setupFilesAfterEnv: ['<rootDir>/test/support/jest/second-try.mjs'],
      globalSetup: '<rootDir>/test/support/jest/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/jest/global-teardown.mjs',
    },
  ],
};
