/* SPDX-License-Identifier: Apache-2.0
 *
 * The app in Debian's Chromium against the real daemon:
 *   ANJUAN=build/bench/anjuan ANJUAN_BUILD=build/bench node tests/bench/web.mjs [ROUNDS [PAGES]]
 * First paint beside that of a blank page, and from a key to what it shows, with a case of PAGES
 * pages beside one of three. Medians of ROUNDS, taken in turn.
 */
import { createServer } from 'node:http';
import { openBrowser } from '../e2e/browser.mjs';
import { Hall } from '../e2e/hall.mjs';

const rounds = Number(process.argv[2] ?? 15);
const pages = Number(process.argv[3] ?? 300);
const FEW = 3;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const blank = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><html lang="zh"><title>-</title><p>-</p>'));
await new Promise((resolve) => blank.listen(0, '127.0.0.1', resolve));
const hall = new Hall();
hall.init();
await hall.serve();
await hall.staff();
const browser = await openBrowser();
const { page, context } = browser;
page.setDefaultTimeout(120000);
await hall.signOn(page, 'clerk');

async function firstPaint(url) {
  const fresh = await context.newPage();
  await fresh.goto(url);
  const at = await fresh.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true });
  }));
  await fresh.close();
  return at;
}

async function received(applicant, sheets) {
  const clerk = await hall.client('clerk');
  const { number } = await clerk.command('POST', '/cases', { item: '100007', applicant });
  hall.paper({ item: '100007', set: String(++hall.sets).padStart(6, '0'), documents: [['A04', sheets, 'contract']] });
  let scan = await clerk.command('POST', '/scans', { case: number, duplex: false });
  while (scan.state === 'running') scan = await clerk.get(`/scans/${scan.id}`);
  return number;
}

/* From the key to the frame that shows what it did, in ms. */
async function keyToVisible(number) {
  await page.goto(hall.url);
  await page.waitForSelector('.row');
  await page.click(`.row:has-text("${number.slice(9, 15)}-${number.slice(15, 18)}-${number.slice(18, 22)}")`);
  await page.waitForSelector('.thumb');
  await page.evaluate(() => {
    document.activeElement?.blur();
    globalThis.took = [];
    addEventListener('keydown', (event) => {
      requestAnimationFrame(() => requestAnimationFrame(() => globalThis.took.push(performance.now() - event.timeStamp)));
    }, { capture: true });
  });
  for (let at = 0; at < rounds; at++) {
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press('ArrowUp');
    await page.waitForFunction((n) => globalThis.took.length > n, at);
  }
  return median(await page.evaluate(() => globalThis.took));
}

const paints = { app: [], blank: [] };
for (let at = 0; at <= rounds; at++) {
  const [app, bare] = [await firstPaint(hall.url), await firstPaint(`http://127.0.0.1:${blank.address().port}/`)];
  if (at === 0) continue;
  paints.app.push(app);
  paints.blank.push(bare);
}
const row = (name, ours, yard, goal) => console.log(`${name}\t${ours.toFixed(1)} ms\t${yard.toFixed(1)} ms\t${(ours / yard).toFixed(2)}\tgoal ${goal}`);
row('first paint / blank page', median(paints.app), median(paints.blank), 2);
const few = await received('少', FEW);
const many = await received('多', pages);
const few_ms = await keyToVisible(few);
const many_ms = await keyToVisible(many);
row(`key → visible, ${pages} pages / ${FEW} pages`, many_ms, few_ms, 2);
await browser.close();
await hall.end();
blank.close();
