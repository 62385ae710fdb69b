/* SPDX-License-Identifier: Apache-2.0
 *
 * The picture of the README: an intake with something missing, the same bytes of paper and the same
 * clock every time. node readme.mjs FILE.png, with ANJUAN and ANJUAN_BUILD as for the tests; needs pngquant.
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { openBrowser } from './browser.mjs';
import { Clerk } from './clerk.mjs';
import { Hall } from './hall.mjs';
import { wordsOf } from './words.mjs';

const BYTES_MAX = 150000;
const SHOWN_MS = 1500;
const [file] = process.argv.slice(2);
if (!file) {
  console.error('usage: node readme.mjs FILE.png');
  process.exit(2);
}
const hall = new Hall();
hall.init();
await hall.serve();
await hall.staff();
const browser = await openBrowser({ width: 1366, height: 768 });
const { page } = browser;
const clerk = new Clerk(page, await wordsOf('zh'));
await hall.signOn(page, 'clerk');
hall.paper({ item: '100007', documents: [['A01', 2], ['A02', 2, 'contract'], ['A03', 1, 'licence']] });
await clerk.open('100007', '苏州青禾包装有限公司');
await clerk.command('09');
await page.waitForSelector('.settle');
await clerk.settle({ 营业执照上的名称: '苏州青禾包装有限公司', 统一社会信用代码: '91320583MA1ABCD2XM' });
await clerk.band('missing', { n: 1 });
await page.click('.thumb >> nth=0');
await page.waitForLoadState('load');
await page.waitForTimeout(SHOWN_MS);
await page.screenshot({ path: file });
await browser.close();
await hall.end();
/* Text and lines need few colours; the picture stays small enough for the repository. */
execFileSync('pngquant', ['--force', '--speed', '1', '--output', file, '64', '--', file]);
const { size } = statSync(file);
if (size > BYTES_MAX) throw new Error(`${file}: ${size} bytes, over ${BYTES_MAX}`);
console.log(`${file}: ${size} bytes`);
