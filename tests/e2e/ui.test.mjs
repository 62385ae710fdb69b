/* SPDX-License-Identifier: Apache-2.0
 *
 * The web app in Debian's Chromium against the mock: what the gun, the keys and the stream do to
 * the app alone. The hall's own day, with axe on every screen, is in the tests beside this one.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { gun, openBrowser } from './browser.mjs';
import { commandCode, itemCard, numberOf, startMock } from './mock.mjs';
import { wordsOf } from './words.mjs';

let browser;
let mock;
let page;

before(async () => { browser = await openBrowser(); page = browser.page; });
after(async () => { await browser.close(); });

beforeEach(async () => {
  mock = await startMock({ sheetMs: 25 });
  await browser.context.clearCookies();
  browser.messages.length = 0;
});

/* Nothing may be asked or answered that the OpenAPI document does not know; no CSP or script fault. */
afterEach(async () => {
  const faults = [...mock.faults, ...browser.messages];
  await page.goto('about:blank');
  mock.stop();
  assert.deepEqual(faults, []);
});

async function open({ lang = 'zh', size = 'normal', theme = 'normal' } = {}) {
  await browser.context.addCookies([{ name: 'lang', value: lang, url: mock.url }]);
  await page.addInitScript(([a, b]) => { localStorage.setItem('size', a); localStorage.setItem('theme', b); }, [size, theme]);
  await page.goto(mock.url);
  await page.waitForSelector('.rows');
}

const bandTitle = (text) => page.waitForFunction(
  (wanted) => document.querySelector('.band-title')?.textContent?.includes(wanted), text);

async function receive(name = '张三') {
  await gun(page, itemCard);
  await page.waitForSelector('input[name=applicant]:focus');
  await page.keyboard.type(name, { delay: 45 });
  await page.keyboard.press('Enter');
  await bandTitle('请放纸');
}

test('a promise is offered where one may stand in for the paper, and taken back', async () => {
  const button = (text) => page.locator('.slot-detail button', { hasText: text });
  await open();
  await receive();
  await page.click('.slot >> nth=0');
  await button('容缺').waitFor();
  assert.equal(await button('告知承诺').count(), 0);
  await page.click('.slot >> nth=4');
  await button('告知承诺').click();
  await button('恢复必交').click();
  await button('告知承诺').waitFor();
});

test('the happy path needs the gun, the paper and one name', async () => {
  await open();
  await receive();
  await gun(page, commandCode('09'));
  await bandTitle('正在扫描');
  await bandTitle('缺 3 项');
  assert.equal(await page.locator('.thumb').count(), 16);
  assert.match(await page.locator('.paper-count').innerText(), /进 8 张 · 14 页 · 出 8 张/);
  assert.match(await page.title(), /^缺 3 项 · 261121-003-0021$/);
  await gun(page, commandCode('05'));
  await bandTitle('还缺 3 项');
  await gun(page, commandCode('05'));
  await bandTitle('可以收件');
  const made = mock.cases.get(numberOf(21));
  assert.equal(made.finished, true);
  assert.deepEqual(made.papers.map((paper) => paper.code), ['supplement']);
});

test('a reader of the appliance does what one that types does', async () => {
  await open();
  await mock.listening;
  mock.read(itemCard);
  await page.waitForSelector('input[name=applicant]:focus');
  mock.read('4006381333931');
  await page.waitForFunction(() => document.body.innerText.includes('未识别的条码 4006381333931'));
  assert.equal(await page.inputValue('input[name=applicant]'), '');
  mock.read(null);
  await page.waitForFunction(() => document.body.innerText.includes('条码没有读全'));
  await page.keyboard.press('Alt+7');
  mock.read('4006381333931');
  await page.waitForFunction(() => document.body.innerText.includes('serial:/dev/ttyS0 读到 4006381333931'));
});

test('nothing of a finished case stays on the screen or in the address', async () => {
  await open();
  await receive('欧阳娜娜');
  await page.keyboard.press('F9');
  await bandTitle('缺 3 项');
  await page.keyboard.press('Control+Enter');
  await bandTitle('还缺');
  await page.keyboard.press('Control+Enter');
  await bandTitle('可以收件');
  await page.waitForFunction(() => document.querySelectorAll('.row').length === 5);
  assert.equal((await page.content()).includes('欧阳娜娜'), false);
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search + new URL(page.url()).hash, '/');
});

test('escape takes a question back', async () => {
  await open();
  await receive();
  await page.keyboard.press('F9');
  await bandTitle('缺 3 项');
  await page.keyboard.press('Control+Enter');
  await bandTitle('还缺 3 项');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('.band-title')?.textContent === '缺 3 项');
  assert.equal(mock.cases.get(numberOf(21)).finished, false);
});

test('a jam says what the hands do, and F9 goes on', async () => {
  await open();
  await receive();
  mock.jamAfter(5);
  await page.keyboard.press('F9');
  await bandTitle('卡纸');
  assert.match(await page.locator('.band-text').innerText(), /打开上盖.*已收 10 页都在/);
  await page.waitForFunction(() => document.querySelectorAll('.thumb').length === 10);
  await page.keyboard.press('F9');
  await bandTitle('缺 3 项');
  assert.equal(await page.locator('.thumb').count(), 16);
});

test('a cut event stream loses and doubles no page', async () => {
  await open();
  await receive();
  await page.keyboard.press('F9');
  await page.waitForSelector('.thumb');
  mock.cutStreams();
  await bandTitle('缺 3 项');
  const ids = await page.locator('.thumb').evaluateAll((all) => all.map((one) => one.id));
  assert.equal(new Set(ids).size, 16);
  assert.equal(ids.length, 16);
});

test('a gun never types into a field, a person does', async () => {
  await open();
  await page.keyboard.press('Alt+3');
  await page.waitForSelector('input[name=q]:focus');
  await page.keyboard.type('2611', { delay: 80 });
  await gun(page, commandCode('10'));
  await page.waitForSelector('.help');
  assert.equal(await page.inputValue('input[name=q]'), '2611');
});

test('a gun works through an input method, and the test says that one is in the way', async () => {
  await open();
  await gun(page, itemCard, { ime: true });
  await page.waitForSelector('input[name=applicant]:focus');
  await page.keyboard.press('Alt+7');
  await page.waitForSelector('.device');
  await gun(page, commandCode('09'), { ime: true });
  await page.waitForFunction(() => document.body.textContent.includes('输入法正在拦截'));
});

test('digits at the pace of a person are no code', async () => {
  await open();
  await gun(page, commandCode('10'), { gapMs: 80 });
  await page.keyboard.press('F1');
  await page.waitForSelector('.help');
  assert.equal(await page.locator('.log').innerText(), '');
});

test('an unknown code does nothing and says so', async () => {
  await open();
  await gun(page, '6901234567890');
  await page.waitForFunction(() => document.querySelector('.log')?.textContent?.includes('未识别的条码 6901234567890'));
  assert.equal(await page.locator('.band-title').innerText(), '可以收件');
});

test('pages are moved, turned and taken back by keys', async () => {
  await open();
  await receive();
  await page.keyboard.press('F9');
  await bandTitle('缺 3 项');
  const side = () => mock.cases.get(numberOf(21)).sides[15];
  await page.keyboard.press('Control+Shift+ArrowRight');
  await page.waitForSelector('.viewer img[src*="turn=90"]');
  await page.keyboard.press('Control+Shift+ArrowUp');
  await page.waitForFunction(() => document.querySelector('.log')?.textContent?.includes('已移'));
  assert.equal(side().slot, 'A08');
  await bandTitle('缺 2 项');
  await page.keyboard.press('F8');
  await bandTitle('缺 3 项');
  assert.equal(side().slot, 'A09');
});

test('two taps move a page', async () => {
  await open();
  await receive();
  await page.keyboard.press('F9');
  await bandTitle('缺 3 项');
  await page.click('.thumb >> nth=15');
  await page.click('button:has-text("移到")');
  await page.click('.slot >> nth=3');
  await bandTitle('缺 2 项');
});

test('a review card goes with one tap', async () => {
  await open();
  await receive();
  await page.keyboard.press('F9');
  await page.waitForSelector('.review');
  await bandTitle('缺 3 项');
  await page.click('.review button:has-text("可以")');
  await page.waitForSelector('.review', { state: 'detached' });
});

test('full view asks for a reason', async () => {
  await open();
  await page.keyboard.press('Alt+3');
  await page.fill('input[name=q]', '有限公司');
  await page.keyboard.press('Enter');
  await page.click('.row');
  await page.waitForSelector('.unmask');
  assert.equal((await page.content()).includes('江苏恒润'), false);
  await page.click('.unmask button:has-text("核验")');
  await page.waitForFunction(() => document.querySelector('.facts-list')?.textContent?.includes('江苏恒润机械有限公司'));
});

test('what was not possible is said in the band with what to do', async () => {
  await open();
  await page.click('button:has-text("归到")');
  await page.fill('input[name=case]', numberOf(9999));
  await page.keyboard.press('Enter');
  await bandTitle('没有这个办件');
  assert.match(await page.locator('.band-text').innerText(), /9999/);
});

test('the day closes with a second person where something is left', async () => {
  await open();
  await page.keyboard.press('Control+Enter');
  await bandTitle('还有 2 项遗留');
  await page.fill('input[name=who]', '5');
  await page.fill('input[name=secret]', '河边的树 7');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('.log')?.textContent?.includes('今天已日清'));
});

test('a page is dragged onto a line of the checklist', async () => {
  await open();
  await receive();
  await gun(page, commandCode('09'));
  await bandTitle('缺 3 项');
  const moved = page.waitForRequest((request) => request.method() === 'POST' && /\/sides\/[^/]+\/acts$/.test(request.url()));
  const side = await page.locator('.thumb >> nth=0').getAttribute('id');
  await page.locator('.thumb >> nth=0').dragTo(page.locator('.slot >> nth=3'));
  const request = await moved;
  assert.equal(request.postDataJSON().act, 'move');
  assert.ok(request.url().includes(`/${side.replace('side-', '')}/`));
  assert.equal(await page.locator('.slot.is-target').count(), 0);
});

test('English is English, Chinese has no English where it could have its own', () => {
  const source = readFileSync(new URL('../../ui/web/src/word_list.ts', import.meta.url), 'utf8');
  const rows = [...source.matchAll(/^ {2}'?([^':\n]+)'?: \['(.*)', '(.*)'\],$/gm)];
  assert.ok(rows.length > 400, `${rows.length} rows`);
  const foreign = rows.filter(([, name, , en]) => name !== 'language' && /[\u3000-\u9fff\uff00-\uffef]/.test(en)).map(([, name]) => name);
  assert.deepEqual(foreign, []);
  const plain = new Set(['language', 'pin', 'ask']);
  const untold = rows.filter(([, name, zh]) => !plain.has(name) && /^[A-Za-z ]{3,}$/.test(zh)).map(([, name]) => name);
  assert.deepEqual(untold, []);
});

test('every act that the server tells has words of the app', async () => {
  const source = readFileSync(new URL('../../ui/api/show_event.c', import.meta.url), 'utf8');
  const [, table] = /act_words\[\] = \{([^;]*)\};/.exec(source);
  const [, steps] = /step_words\[\] = \{([^;]*)\};/.exec(source);
  const named = (text) => [...text.matchAll(/\{"([a-z.-]+)",/g)].map(([, token]) => token);
  const words = await wordsOf('zh');
  /* What repeats the answer to an act of this very screen is not said again (record.ts). */
  const told = new Set(['slot', 'case.field', 'look']);
  assert.deepEqual(named(table).filter((act) => !told.has(act) && words.sayToken('act', act) === act), []);
  assert.deepEqual(named(steps).filter((step) => words.sayToken('did', step) === step), []);
});
