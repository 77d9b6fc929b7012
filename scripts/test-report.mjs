// test-report.mjs <Jest's JSON> [folder of test/ …]: without folders it prints the line that counts the tests; with
// folders it makes sure that tests of each of them ran, so that a suite cannot vanish unnoticed.
import { readFileSync } from 'node:fs';

const [file = '', ...folders] = process.argv.slice(2);
const report = readReport(file);

if (folders.length === 0) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = report;
  // A suite that cannot even be loaded has no failed test, and is a failure all the same.
  const failures = numFailedTests + numRuntimeErrorTestSuites;
  process.stdout.write(
    `tests: ${numPassedTests} passed, ${failures} failed, ${numPendingTests + numTodoTests} skipped\n`,
  );
}
for (const folder of folders) {
  const suites = report.testResults.filter(({ name }) => name.includes(`/test/${folder}/`));
  const passed = suites
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((t) => t.status === 'passed');
  process.stdout.write(`${folder}: ${passed.length} passed in ${suites.length} suites\n`);
  if (passed.length === 0) process.exitCode = 1;
}

/** No report means that the tests did not even start. */
function readReport(name) {
  try {
    return JSON.parse(readFileSync(name, 'utf8'));
  } catch (error) {
    process.stderr.write(`no test report (${error.message})\n`);
    return {
      numPassedTests: 0,
      numFailedTests: 1,
      numPendingTests: 0,
      numTodoTests: 0,
      numRuntimeErrorTestSuites: 0,
      testResults: [],
    };
  }
}
