/* SPDX-License-Identifier: Apache-2.0
 *
 * A day at the counter with the real daemon and the scripted scanner: first run, the clerk's
 * minute by gun and keys alone, a jam, and what comes the next day.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { Clerk } from './clerk.mjs';
import { Hall, people, secret } from './hall.mjs';
import { wordsOf } from './words.mjs';

const lang = process.env.ANJUAN_LANG ?? 'zh';
const item = '100007';
const applicant = '苏州青禾包装有限公司';
const papers = { 营业执照上的名称: applicant, 统一社会信用代码: '91320583MA1ABCD2XM' };
let hall;
let browser;
let page;
let words;
let clerk;
let number;

before(async () => {
  words = await wordsOf(lang);
  hall = new Hall();
  hall.init();
  await hall.serve();
  browser = await openBrowser();
  ({ page } = browser);
  page.setDefaultTimeout(90000);
  clerk = new Clerk(page, words);
  await browser.context.addCookies([{ name: 'lang', value: lang, url: hall.url }]);
});

after(async () => {
  const faults = [...browser.messages];
  await browser.close();
  await hall.end();
  assert.deepEqual(faults, []);
});

test('the first run takes the code of the console and makes the administrator', async () => {
  await page.goto(hall.url);
  await page.waitForURL('**/first-run');
  await page.fill('#code', '00000000');
  await page.fill('#name', people.admin.name);
  await page.fill('#secret', secret);
  await page.fill('#again', secret);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.wrong');
  await page.fill('#code', hall.code);
  await page.fill('#secret', secret);
  await page.fill('#again', secret);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/login');
  await page.fill('#who', people.admin.number);
  await page.fill('#secret', secret);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.tab');
});

test('the administrator adds people and tests the scanner', async () => {
  await page.keyboard.press('Alt+7');
  await page.waitForSelector('.device');
  await page.click(`button:has-text("${words.say('addUser')}")`);
  await page.waitForSelector('input[name=name]:focus');
  await page.keyboard.type('孙悦', { delay: 80 });
  await page.check('input[value=clerk]');
  await page.fill('input[name=secret]', secret);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('table')?.textContent?.includes('孙悦'));
  await page.keyboard.press('F9');
  await page.waitForSelector('.device .good');
  for (const word of ['backupNow', 'drill']) {
    await page.click(`button:has-text("${words.say(word)}")`);
    await page.waitForSelector('input[name=passphrase]:focus');
    await page.keyboard.type('青竹潭水', { delay: 80 });
    await page.keyboard.type('八月九日', { delay: 80 });
    await page.keyboard.press('Enter');
    await page.waitForSelector(word === 'backupNow' ? `button:has-text("${words.say('drill')}")` : '.device p.good >> nth=1');
  }
  await hall.staff({ firstRun: false });
});

test('the clerk’s minute: item card, name, paper, one list, notice, signed for, done', async () => {
  await hall.signOn(page, 'clerk', lang);
  await clerk.band('ready');
  hall.paper({ item, documents: [['A01', 2]] });
  await clerk.open(item, applicant);
  await clerk.command('09');
  const band = await clerk.band('missing', { n: 3 });
  assert.ok(band.includes(words.say('counts', { i: 2, p: 2, o: 2 })), band);
  await clerk.logs(words.say('act_batch.close', { k: 8 }));
  await clerk.settle(papers);
  await clerk.band('missing', { n: 3 });
  assert.equal(await clerk.thumbs(), 4);
  assert.match(await page.title(), new RegExp(`^${words.say('missing', { n: 3 })} · `));
  /* Seen before it is printed: nothing of it is in the case. */
  await page.click(`.bar button:has-text("${words.say('preview')}")`);
  const before = page.locator('iframe.sheet');
  await before.waitFor();
  assert.match(await before.getAttribute('src'), /preview\?kind=supplement/);
  assert.equal(await page.locator('.slots h3').count(), 0);
  await clerk.command('07');
  await clerk.band('waiting');
  await page.waitForFunction(() => /documents/.test(document.querySelector('iframe.sheet')?.getAttribute('src') ?? ''));
  /* The notice as it was printed stands beside the checklist, and goes with Esc. */
  const sheet = page.locator('iframe.sheet');
  await sheet.waitFor();
  const pdf = await page.evaluate(async (address) => (await (await fetch(address)).text()).slice(0, 5), await sheet.getAttribute('src'));
  assert.equal(pdf, '%PDF-');
  await page.keyboard.press('Escape');
  await page.waitForSelector('iframe.sheet', { state: 'detached' });
  await page.click(`.band button:has-text("${words.say('tellSigned')}")`);
  await page.waitForSelector(`.band button:has-text("${words.say('finish')}")`);
  number = (await page.locator('.case-head b').innerText()).replaceAll('-', '');
  await clerk.command('05');
  await page.waitForFunction(() => document.querySelector('.band-title')?.textContent && document.querySelector('.symbol')?.textContent === '?');
  await clerk.command('05');
  await clerk.band('ready');
  const made = await (await hall.client('clerk')).get(`/cases/${number}`);
  assert.equal(made.state, 'supplement');
  assert.equal(made.finished, true);
  assert.deepEqual(made.documents.filter((one) => one.family === 'B').map((one) => one.code).sort(), ['B01', 'B02']);
});

test('nothing of a finished case is left on the screen, in the address, in the history or in the cache', async () => {
  await page.keyboard.press('Alt+3');
  await page.waitForSelector('input[name=q]');
  const left = await page.evaluate(async () => ({
    text: document.documentElement.outerHTML, address: location.href, entries: history.length, state: JSON.stringify(history.state),
    stored: JSON.stringify({ ...localStorage, ...sessionStorage }), caches: (await caches.keys()).length, databases: (await indexedDB.databases()).length }));
  for (const place of [left.text, left.address, left.state, left.stored])
    for (const word of [applicant, number, words.shortNumber(number), words.showNumber(number)]) assert.equal(place.includes(word), false, `${word} in ${place.slice(0, 300)}`);
  assert.equal(left.caches + left.databases, 0);
  assert.equal(new URL(left.address).pathname, '/');
  const images = await page.evaluate(async () => {
    const seen = performance.getEntriesByType('resource').map((one) => one.name).filter((name) => name.includes('/sides/'));
    const kept = await Promise.all(seen.map((name) => fetch(name, { cache: 'only-if-cached', mode: 'same-origin' }).then((answer) => answer.ok, () => false)));
    return { seen: seen.length, kept: kept.filter(Boolean).length };
  });
  assert.ok(images.seen > 0);
  assert.equal(images.kept, 0);
});

test('the way back shows nothing of a case, neither after it was finished nor after leaving with it open', async () => {
  const traces = async () => {
    const text = await page.content();
    return [applicant, number, words.shortNumber(number), words.showNumber(number)].filter((word) => text.includes(word));
  };
  await page.goto(`${hall.url}/p/`);
  await page.goBack();
  await page.waitForSelector('.tab');
  await page.keyboard.press('Alt+3');
  await page.waitForSelector('input[name=q]');
  assert.deepEqual(await traces(), []);
  await page.keyboard.press('Alt+1');
  await clerk.band('ready');
  await clerk.scan(number);
  await page.waitForSelector('.case-head');
  await page.click(`button:has-text("${words.say('signOff')}")`);
  await page.waitForURL('**/login');
  for (let back = 0; back < 2; back++) {
    await page.goBack();
    await page.waitForURL('**/login');
    await page.waitForSelector('#who');
    assert.deepEqual(await traces(), []);
  }
  await hall.signOn(page, 'clerk', lang);
  await clerk.band('ready');
});

test('a jam says what the hands do, and F9 goes on with the same sheet', async () => {
  await page.keyboard.press('Alt+1');
  hall.paper({ item, set: '000002', documents: [['A01', 2], ['A02', 1]], jamAt: 5 });
  await clerk.open(item, '昆山锦溪水产合作社');
  await page.keyboard.press('F9');
  /* The fault and the last page before it come on two ways. */
  await clerk.band('fault_jam', {}, words.say('faultSafe', { n: 2 }));
  await page.keyboard.press('F9');
  await clerk.band('missing', { n: 2 });
  await page.waitForFunction(() => document.querySelectorAll('.thumb').length === 6);
  const ids = await page.locator('.thumb').evaluateAll((all) => all.map((one) => one.id));
  assert.equal(new Set(ids).size, 6);
  await clerk.command('06');
  await clerk.band('ready');
});

test('next day the rest comes: the case code, paper, complete, receipt', async () => {
  await hall.nextDay();
  await hall.signOn(page, 'clerk', lang);
  hall.paper({ item, set: '000003', documents: [['A02', 1], ['A03', 2], ['A04', 1]] });
  await clerk.scan(number);
  await page.waitForSelector('.slots');
  await clerk.command('09');
  /* The list is whole once the feeder is empty. */
  await clerk.logs(words.say('act_batch.close', { k: 16 }));
  await page.waitForFunction(() => document.querySelectorAll('.thumb').length === 12);
  await clerk.settle();
  await clerk.band('complete');
  await clerk.command('05');
  await clerk.band('ready');
  const made = await (await hall.client('clerk')).get(`/cases/${number}`);
  assert.equal(made.check.complete, true);
  assert.equal(made.received_at.slice(0, 10), '2026-11-18');
});

test('a receipt shows every line beside its image, and a line whose image is taken away is red', async () => {
  const other = await hall.client('supervisor');
  const made = await other.get(`/cases/${number}`);
  const receipt = made.documents.filter((one) => one.code === 'B01').at(-1).number;
  await page.keyboard.press('Alt+3');
  await page.waitForSelector('input[name=q]');
  await clerk.scan(hall.documentCode(number, receipt, 2));
  await clerk.band('receiptGood', { n: 4 });
  const lines = page.locator('.receipt-line');
  assert.equal(await lines.count(), 4);
  for (let at = 0; at < 4; at++) assert.ok(await lines.nth(at).locator('.thumb img').count() > 0);
  const [side] = made.documents.find((one) => one.code === 'A02').sides;
  await other.command('POST', `/sides/${side}/acts`, { act: 'void', reason: '拿走' });
  await clerk.band('receiptBad', { n: 1 });
  assert.match(await page.locator('.receipt-line.is-bad').innerText(), new RegExp(words.say('lineNoImage')));
  await other.command('POST', `/sides/${side}/acts`, { act: 'restore' });
  await clerk.band('receiptGood', { n: 4 });
});

test('a case is accepted, decided and delivered at the lookup screen', async () => {
  await page.click(`button:has-text("${words.say('allPages')}") >> visible=true`);
  for (const [word, state] of [['step_accept', 'accepted'], ['step_decide', 'decided'], ['step_deliver', 'delivered']]) {
    await page.click(`.buttons button:has-text("${words.say(word)}")`);
    await page.click('form.inline button.primary');
    await page.waitForFunction((wanted) => document.querySelector('.band-title')?.textContent?.toLowerCase() === wanted, words.say(`state_${state}`));
  }
});

test('a certified copy asks for what stands on it, and is shown when it is out', async () => {
  await page.click(`.bar button:has-text("${words.say('certified')}")`);
  await page.waitForSelector('select[name=document]:focus');
  for (const [name, value] of [['pages', '1–2'], ['purpose', '办理贷款'], ['reader_id', '320583199001011234'], ['approved_by', people.supervisor.name]]) {
    await page.click(`.inline input[name=${name}]`);
    await clerk.type(value);
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('iframe.sheet');
  const made = await (await hall.client('clerk')).get(`/cases/${number}`);
  assert.equal(made.documents.filter((one) => one.title === '复制件证明' || one.title === '复制件').length, 1);
  await page.keyboard.press('Escape');
  await page.waitForSelector('iframe.sheet', { state: 'detached' });
});
