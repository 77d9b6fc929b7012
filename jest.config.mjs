// Jest runs the compiled output of tsc: no transformer, the same code that ships.
export default {
  rootDir: 'build',
  testEnvironment: 'node',
  testMatch: ['**/*.spec.js'],
  transform: {},
  testTimeout: 30_000,
  maxWorkers: 2,
};
