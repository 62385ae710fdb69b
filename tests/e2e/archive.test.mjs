/* SPDX-License-Identifier: Apache-2.0
 *
 * Behind the counter with the real daemon: lookup, filing and export with progress, an audit of a
 * period and of a bundle, comparison with a day sheet, lamps, and the applicant's page.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, openSync, readSync, readdirSync, statSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { Clerk } from './clerk.mjs';
import { boxCode, Hall, people, secret } from './hall.mjs';
import { wordsOf } from './words.mjs';

const lang = process.env.ANJUAN_LANG ?? 'zh';
const applicant = '苏州青禾包装有限公司';
let hall;
let browser;
let page;
let words;
let desk;
let number;
let open;

before(async () => {
  words = await wordsOf(lang);
  hall = new Hall();
  hall.init();
  await hall.serve();
  await hall.staff();
  number = await hall.delivered(applicant);
  open = await hall.received('昆山锦溪水产合作社');
  const lacking = await hall.delivered('江苏恒润机械有限公司');
  const clerk = await hall.client('clerk');
  const { documents } = await clerk.get(`/cases/${lacking}`);
  await clerk.command('POST', `/sides/${documents[1].sides[0]}/acts`, { act: 'void', reason: '拿走' });
  browser = await openBrowser();
  ({ page } = browser);
  page.setDefaultTimeout(90000);
  desk = new Clerk(page, words);
});

after(async () => {
  const faults = [...browser.messages];
  await browser.close();
  await hall.end();
  assert.deepEqual(faults, []);
});

test('a lookup by name shows masked rows; the case opens with its pages, in full only with a reason', async () => {
  await hall.signOn(page, 'auditor', lang);
  await page.keyboard.press('Control+K');
  await page.waitForSelector('input[name=q]:focus');
  await desk.type('青禾');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.facts-list');
  assert.equal((await page.content()).includes(applicant), false);
  await page.click(`.unmask button:has-text("${words.say('r_verify')}")`);
  await page.waitForFunction((name) => document.querySelector('.facts-list')?.textContent?.includes(name), applicant);
  await page.waitForFunction(() => document.querySelector('.viewer img')?.naturalWidth > 600);
});

test('a page is looked at closely in tiles, by keys, and no more of it is fetched than is seen', async () => {
  const paper = page.locator('.viewer .paper');
  await paper.focus();
  const fetched = [];
  page.on('request', (request) => { if (request.url().includes('/iiif/')) fetched.push(new URL(request.url()).pathname); });
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const tiles = page.locator('deep-zoom img');
  await tiles.first().waitFor();
  await page.waitForFunction(() => { const all = [...document.querySelectorAll('deep-zoom img')]; return all.length > 0 && all.every((one) => one.complete && one.naturalWidth > 0); });
  assert.ok(fetched.some((path) => path.endsWith('/info.json')), fetched.join(' '));
  assert.ok(fetched.some((path) => /\/iiif\/[^/]+\/\d+,\d+,\d+,\d+\/\d+,\/0\/default\.jpg$/.test(path)), fetched.join(' '));
  assert.equal(fetched.some((path) => path.includes('/full/max/')), false);
  const whole = await page.evaluate(() => {
    const box = document.querySelector('deep-zoom').getBoundingClientRect();
    const all = [...document.querySelectorAll('deep-zoom img')].map((one) => one.getBoundingClientRect());
    const covers = (x, y) => all.some((one) => one.left <= x && x <= one.right && one.top <= y && y <= one.bottom);
    return [[2, 2], [box.width / 2, box.height / 2], [box.width - 2, box.height - 2]].every(([x, y]) => covers(box.left + x, box.top + y));
  });
  assert.ok(whole, 'a part of the box is empty');
  const before = await tiles.first().evaluate((one) => one.style.top);
  await page.locator('deep-zoom').focus();
  for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowDown');
  await page.waitForFunction((top) => document.querySelector('deep-zoom img')?.style.top !== top, before);
  await page.keyboard.press('0');
  await page.waitForSelector('.viewer .paper.zoom-0 img');
  assert.equal(await tiles.count(), 0);
});

test('an unknown code and a mistyped number are told apart from what is not there', async () => {
  await desk.scan('6901234567890');
  await desk.logs(words.say('foreignCode'));
  await page.keyboard.press('Control+K');
  await page.fill('input[name=q]', '没有这个人');
  await page.keyboard.press('Enter');
  await desk.band('nothing');
  await page.fill('input[name=q]', number.slice(0, -1) + String((Number(number.at(-1)) + 1) % 10));
  await page.keyboard.press('Enter');
  await page.waitForSelector('.band-bad');
});

test('the archivist sees what can be filed and why the rest cannot, and files', async () => {
  await hall.signOn(page, 'archivist', lang);
  await page.keyboard.press('Alt+4');
  await desk.band('canFile', { n: 1 });
  assert.ok((await page.locator('.reasons').innerText()).length > 4);
  await desk.scan(number);
  await page.waitForSelector('.checks input:checked');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('form.inline input[name=fonds]:focus');
  await desk.type('Z109');
  await page.fill('input[name=category]', 'XK');
  await page.fill('input[name=unit]', '0583');
  await page.keyboard.press('Enter');
  await desk.band('allFiled');
  const filed = await (await hall.client('archivist')).get(`/cases/${number}`);
  assert.equal(filed.state, 'filed');
  assert.ok(filed.archive_number.startsWith('Z109'));
});

test('where the paper is: a box is scanned, then the case', async () => {
  await desk.scan(boxCode('00000147'));
  await desk.logs(words.say('boxSet', { n: '00000147' }));
  await desk.scan(number);
  await desk.logs(words.say('where'));
  const placed = await (await hall.client('archivist')).get(`/cases/${number}`);
  assert.ok(placed.place.includes('00000147'), placed.place);
});

test('a bundle is written with progress, its receipt noted, and it verifies without us', async () => {
  await page.keyboard.press('F9');
  await page.waitForSelector('select[name=format]');
  await page.fill('input[name=from]', hall.date(-1));
  await page.fill('input[name=to]', hall.date(1));
  await page.click(`form.inline button:has-text("${words.say('exportStart')}")`);
  await page.waitForSelector('.job .good');
  assert.match(await page.locator('.job .digest').innerText(), /[0-9a-f]{64}/);
  await page.fill('.job input[name=by]', '市档案馆 周敏');
  await page.keyboard.press('Enter');
  await page.waitForFunction((text) => document.querySelector('.job')?.textContent?.includes(text), '市档案馆 周敏');
  const folder = join(hall.data, 'exports');
  const bundle = readdirSync(folder).find((name) => name.endsWith('.tar'));
  const said = execFileSync(process.env.ANJUAN, ['verify', join(folder, bundle), '--vkey', join(hall.data, 'keys', 'log.vkey')], { encoding: 'utf8', env: hall.env() });
  assert.match(said, /^valid$/m);
});

/* Every figure of every progress bar that was on the screen, from now on. */
function watchProgress() {
  return page.evaluate(() => {
    globalThis.progressed = [];
    const look = () => { for (const bar of document.querySelectorAll('progress')) globalThis.progressed.push(bar.value); };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
    look();
  });
}

/* The same bundle with one byte of a page altered. */
function altered(folder, bundle) {
  const copy = join(folder, `z-altered-${bundle}`);
  copyFileSync(join(folder, bundle), copy);
  const file = openSync(copy, 'r+');
  const byte = Buffer.alloc(1);
  const at = Math.floor(statSync(copy).size / 2);
  readSync(file, byte, 0, 1, at);
  byte[0] ^= 1;
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
}

test('the auditor verifies a bundle on the screen, with progress; one altered byte is found', async () => {
  const folder = join(hall.data, 'exports');
  const bundle = readdirSync(folder).find((name) => name.endsWith('.tar'));
  altered(folder, bundle);
  await hall.signOn(page, 'auditor', lang);
  await page.keyboard.press('Alt+5');
  await page.waitForSelector('#bundle');
  await watchProgress();
  await page.selectOption('select[name=bundle]', bundle);
  await page.click(`#bundle button:has-text("${words.say('bundleRun')}")`);
  const good = await desk.band('bundleGood');
  assert.ok(good.includes(words.say('proofs_verified')), good);
  assert.ok((await page.evaluate(() => globalThis.progressed)).length > 0, 'no progress was shown');
  await page.selectOption('select[name=bundle]', `z-altered-${bundle}`);
  await page.click(`#bundle button:has-text("${words.say('bundleRun')}")`);
  await page.waitForSelector('.verification .wrong');
  assert.match(await page.locator('.verification .findings').innerText(), /data\//);
  assert.equal((await desk.band('bundleBad', { n: await page.locator('.verification .findings .wrong').count() })).includes('✗'), true);
});

test('the auditor verifies a period with a seed of hers', async () => {
  await hall.signOn(page, 'auditor', lang);
  await page.keyboard.press('Alt+5');
  await page.waitForSelector('#audit');
  await page.fill('input[name=from]', hall.date(-1));
  await page.fill('input[name=to]', hall.date());
  await page.fill('input[name=percent]', '100');
  await page.fill('input[name=seed]', '20261118');
  await page.keyboard.press('F9');
  await page.waitForSelector('.figures');
  const text = await page.locator('.work').innerText();
  assert.ok(text.includes(words.say('continuous')), text);
  assert.ok(text.includes(words.say('noFindings')) || (await page.locator('.findings li').count()) > 0);
});

test('a day sheet is compared by its code', async () => {
  const clerk = await hall.client('clerk');
  await clerk.command('POST', '/day/close', { date: hall.date(), again: true, second: { who: people.supervisor.number, secret } });
  const day = await clerk.get('/day');
  assert.match(day.code ?? '', /^95\d{22}$/);
  await desk.scan(day.code);
  await page.waitForFunction((date) => [...document.querySelectorAll('.work .good')].some((one) => one.textContent.includes(date)), hall.date());
});

test('the supervisor sees lamps, and every figure leads to its rows', async () => {
  await hall.signOn(page, 'supervisor', lang);
  await page.keyboard.press('Alt+6');
  await page.waitForSelector('tbody .lamp');
  const rows = await page.locator('section >> nth=0 >> tbody tr').count();
  assert.ok(rows >= 1);
  await page.click(`section >> nth=0 >> button:has-text("${words.shortNumber(open)}")`);
  await page.waitForSelector('.facts-list');
  const red = await hall.client('supervisor');
  assert.equal((await red.get('/board')).rows.length, rows);
});

test('the applicant asks with number and query code of her receipt, without script, and is told no more', async () => {
  const clerk = await hall.client('clerk');
  const { documents } = await clerk.get(`/cases/${open}`);
  const receipt = documents.find((one) => one.code === 'B01').number;
  const pdf = await fetch(`${hall.url}/api/v1/cases/${open}/documents/${receipt}/pdf`, { headers: { Cookie: clerk.cookie } });
  const printed = execFileSync('pdftotext', ['-', '-'], { input: Buffer.from(await pdf.arrayBuffer()), encoding: 'utf8' });
  const [, code] = /查询码\D{0,12}(\d[\d ]+)/.exec(printed) ?? assert.fail(printed);
  const plain = await browser.context.browser().newContext({ javaScriptEnabled: false, locale: lang === 'zh' ? 'zh-CN' : 'en-GB' });
  const visitor = await plain.newPage();
  await visitor.goto(`${hall.url}/p/`);
  assert.ok(await visitor.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize)) >= 24);
  for (const [given, seen] of [['000000', '.wrong'], [code.replaceAll(' ', ''), '.state']]) {
    await visitor.fill('input[name=number]', words.showNumber(open));
    await visitor.fill('input[name=code]', given);
    await visitor.keyboard.press('Enter');
    await visitor.waitForSelector(seen);
    assert.equal(visitor.url(), `${hall.url}/p/`);
  }
  assert.equal((await visitor.content()).includes('锦溪'), false);
  await plain.close();
});

/* A lamp of this colour in a row of this case, and nowhere else in it. */
async function lampOf(number, kind) {
  const row = page.locator(`tbody tr:has-text("${words.shortNumber(number)}")`);
  await row.locator(`.lamp-${kind}`).waitFor();
  assert.equal(await row.locator('.lamp').count(), 1);
  assert.ok((await row.innerText()).includes(words.sayToken('lamp', kind)));
}

test('the supervisor sees yellow before the last day and red behind it, in words and symbols', async () => {
  const late = await hall.received('太仓港务代理行');
  await (await hall.client('clerk')).command('POST', `/cases/${late}/acts`, { act: 'accept' });
  await hall.signOn(page, 'supervisor', lang);
  await page.keyboard.press('Alt+6');
  await lampOf(late, 'yellow');
  await desk.band('boardSoon', { n: 1 });
  await hall.nextDay(2);
  const soon = await hall.received('常熟虞山茶场');
  await (await hall.client('clerk')).command('POST', `/cases/${soon}/acts`, { act: 'accept' });
  await hall.signOn(page, 'supervisor', lang);
  await page.keyboard.press('Alt+6');
  await lampOf(late, 'red');
  await lampOf(soon, 'yellow');
  const band = await desk.band('boardLate', { n: 1 });
  assert.ok(band.includes('■') && band.includes(words.say('boardSoon', { n: 1 })), band);
  await page.click(`.buttons button.lamp-red`);
  await page.waitForFunction(() => document.querySelectorAll('section tbody .lamp').length === 1);
  await page.click(`tbody button:has-text("${words.shortNumber(late)}")`);
  await page.waitForSelector('.facts-list');
  assert.match(await page.locator('.facts-list').innerText(), /■/);
});
