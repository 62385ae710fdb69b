/* SPDX-License-Identifier: Apache-2.0
 *
 * Screenshots of a hall at work, to be looked at: node shots.mjs FOLDER [WIDTH HEIGHT [LANG [SIZE [THEME]]]]
 * with ANJUAN and ANJUAN_BUILD as for the tests.
 */
import { mkdirSync } from 'node:fs';
import { openBrowser } from './browser.mjs';
import { Clerk } from './clerk.mjs';
import { Hall, people } from './hall.mjs';
import { wordsOf } from './words.mjs';

const [folder = 'shots', width = '1366', height = '768', lang = 'zh', size = 'normal', theme = 'normal'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const hall = new Hall();
hall.init();
await hall.serve();
await hall.staff();
await (await hall.client('admin')).command('PATCH', `/users/${people.clerk.number}`, { roles: ['clerk', 'archivist', 'auditor', 'supervisor', 'admin'] });
const filed = await hall.delivered('昆山锦溪水产合作社');
const browser = await openBrowser({ width: Number(width), height: Number(height) });
const { page, context } = browser;
page.setDefaultTimeout(90000);
const clerk = new Clerk(page, await wordsOf(lang));
/* What was asked for has come and is drawn; the event stream never ends. */
let asked = 0;
const counts = (request) => !request.url().includes('/events');
page.on('request', (request) => { if (counts(request)) asked++; });
for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => { if (counts(request)) asked--; });
const QUIET_MS = 400;
const settled = async () => {
  for (let quiet = 0; quiet < QUIET_MS;) {
    await page.waitForTimeout(100);
    quiet = asked > 0 ? 0 : quiet + 100;
  }
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.loading === 'lazy'));
};
const shot = async (name) => {
  await settled();
  await page.screenshot({ path: `${folder}/${name}.png` });
};
await hall.signOn(page, 'clerk', lang);
await page.addInitScript(([letters, look]) => { globalThis.localStorage?.setItem('size', letters); globalThis.localStorage?.setItem('theme', look); }, [size, theme]);
await page.goto(hall.url);
await page.waitForSelector('.figures');
hall.paper({ item: '100007', documents: [['A01', 2], ['A02', 1, 'contract']], jamAt: 5 });
await clerk.open('100007', '苏州青禾包装有限公司');
await shot('2a-empty');
await page.keyboard.press('F9');
await page.waitForSelector('.band-bad .symbol:has-text("▲")');
await shot('2b-jam');
await page.keyboard.press('F9');
await clerk.band('missing', { n: 2 });
await page.waitForSelector('.settle');
await shot('2c-missing');
await clerk.settle({ 营业执照上的名称: '苏州青禾包装有限公司', 统一社会信用代码: '91320583MA1ABCD2XM' });
await shot('2d-settled');
await page.click('.slot >> nth=2');
await shot('2e-slot');
await page.keyboard.press('F1');
await shot('2f-help');
await page.keyboard.press('Escape');
await clerk.command('07');
await clerk.band('waiting');
await shot('2g-told');
await clerk.command('05');
await page.waitForFunction(() => document.querySelector('.symbol')?.textContent === '?');
await shot('2h-ask');
await clerk.command('05');
await clerk.band('ready');
await shot('1-today');
await page.keyboard.press('Alt+2');
await page.waitForSelector('.rows .row');
await shot('2-services');
await page.keyboard.press('Alt+3');
await page.waitForSelector('input[name=q]');
await shot('3a-lookup');
await clerk.scan(filed);
await page.waitForSelector('.facts-list');
await shot('3b-case');
const { documents } = await (await hall.client('clerk')).get(`/cases/${filed}`);
await clerk.scan(hall.documentCode(filed, documents.find((one) => one.code === 'B01').number, 2));
await page.waitForSelector('.receipt-line');
await shot('3c-receipt');
await page.keyboard.press('Alt+4');
await page.waitForSelector('.checks');
await page.keyboard.press('F9');
await page.waitForSelector('select[name=format]');
await shot('4-archive');
await page.keyboard.press('Alt+5');
await page.waitForSelector('#audit');
await page.keyboard.press('F9');
await page.waitForSelector('.figures');
await shot('5-verify');
await page.keyboard.press('Alt+6');
await page.waitForSelector('tbody');
await shot('6-board');
await page.keyboard.press('Alt+7');
await page.waitForSelector('.device');
await shot('7-devices');
await page.click('button[aria-expanded]:near(table)');
await shot('7b-person');
await page.goto(`${hall.url}/p/`);
await shot('8-public');
console.log(browser.messages.join('\n'));
await browser.close();
await hall.end();
