/* SPDX-License-Identifier: Apache-2.0
 *
 * Screenshots of every screen against the mock: node shots.mjs FOLDER [WIDTH HEIGHT [LANG [SIZE [THEME]]]]
 */
import { mkdirSync } from 'node:fs';
import { axe, gun, openBrowser } from './browser.mjs';
import { commandCode, itemCard, startMock } from './mock.mjs';

const [folder = 'shots', width = '1366', height = '768', lang = 'zh', size = 'normal', theme = 'normal'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const mock = await startMock();
const { page, context, messages, close } = await openBrowser({ width: Number(width), height: Number(height) });
await context.addCookies([{ name: 'lang', value: lang, url: mock.url }]);
await page.addInitScript(([large, look]) => { localStorage.setItem('size', large); localStorage.setItem('theme', look); }, [size, theme]);
await page.goto(mock.url);
await page.waitForSelector('.tab');
const shot = async (name) => {
  await page.waitForTimeout(250);
  await page.screenshot({ path: `${folder}/${name}.png` });
  for (const fault of await axe(page)) console.log(name, fault);
};
await shot('1-today');
await page.keyboard.press('Alt+2');
await shot('2a-items');
await gun(page, itemCard);
await page.waitForSelector('input[name=applicant]');
await page.keyboard.type('张三', { delay: 60 });
await shot('2b-opening');
await page.keyboard.press('Enter');
await page.waitForSelector('.slots');
await shot('2c-empty');
mock.jamAfter(5);
await page.keyboard.press('F9');
await page.waitForSelector('.band-bad');
await shot('2d-jam');
await page.keyboard.press('F9');
await page.waitForTimeout(1200);
await shot('2e-missing');
await page.keyboard.press('F1');
await shot('2i-help');
await page.keyboard.press('Escape');
await page.click('.slot >> nth=3');
await shot('2f-slot');
await gun(page, commandCode('05'));
await shot('2g-ask');
await gun(page, commandCode('05'));
await page.waitForTimeout(300);
await shot('2h-finished');
await page.keyboard.press('Alt+3');
await shot('3a-lookup');
await page.fill('input[name=q]', '张三');
await page.keyboard.press('Enter');
await page.waitForSelector('.rows');
await shot('3b-found');
await page.click('.row');
await page.waitForSelector('.facts-list');
await shot('3c-case');
for (const [key, name] of [['4', 'archive'], ['5', 'verify'], ['6', 'board'], ['7', 'devices']]) {
  await page.keyboard.press(`Alt+${key}`);
  await page.waitForTimeout(300);
  await shot(`${key}-${name}`);
}
console.log('faults', mock.faults, 'console', messages);
await close();
mock.stop();
