/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs test files one after the other: node run.mjs FILE… ; says "n cases passed" at the end, as
 * every script of the tests does.
 */
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { resolve } from 'node:path';

let passed = 0;
let failed = 0;
const stream = run({ files: process.argv.slice(2).map((file) => resolve(file)), concurrency: 1 });
/* A file is a test of its own in the stream; only what stands in it counts. */
stream.on('test:pass', (test) => { if (test.nesting === 0 && test.file !== undefined && !test.skip && !test.todo && test.details.type !== 'suite') passed++; });
stream.on('test:fail', () => { failed++; });
stream.on('end', () => {
  console.log(`${passed} cases passed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});
stream.compose(spec).pipe(process.stdout);
