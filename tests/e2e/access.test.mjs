/* SPDX-License-Identifier: Apache-2.0
 *
 * Every screen with the real daemon: axe in both themes, everything by keyboard, nothing cut off
 * at any width or size of letters, and the pages that need no script.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openBrowser } from './browser.mjs';
import { Clerk } from './clerk.mjs';
import { Hall, people, secret } from './hall.mjs';
import { wordsOf } from './words.mjs';

const langs = process.env.ANJUAN_LONG === '1' ? ['zh', 'en'] : [process.env.ANJUAN_LANG ?? 'zh'];
const all = 'button, input, select, a[href], [tabindex="0"]';
let hall;
let browser;
let page;
let clerk;
let number;

before(async () => {
  hall = new Hall();
  hall.init();
  await hall.serve();
  await hall.staff();
  /* One person with every role sees every screen and every control. */
  const admin = await hall.client('admin');
  await admin.command('PATCH', `/users/${people.clerk.number}`, { roles: ['clerk', 'archivist', 'auditor', 'supervisor', 'admin'] });
  await hall.delivered('昆山锦溪水产合作社');
  number = await hall.received('苏州青禾包装有限公司');
  browser = await openBrowser();
  ({ page } = browser);
  page.setDefaultTimeout(90000);
});

after(async () => {
  const faults = [...browser.messages];
  await browser.close();
  await hall.end();
  assert.deepEqual(faults, []);
});

async function open(lang, { theme = 'normal', size = 'normal' } = {}) {
  clerk = new Clerk(page, await wordsOf(lang));
  await hall.signOn(page, 'clerk', lang);
  await page.evaluate(([look, letters]) => { localStorage.setItem('theme', look); localStorage.setItem('size', letters); }, [theme, size]);
  await page.goto(hall.url);
  await page.waitForSelector('.tab');
}

/* Each screen as it stands when there is work on it; `look` is called on each. */
async function everyScreen(look) {
  const step = async (name, ready) => {
    await page.waitForSelector(ready);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await look(name);
  };
  await page.keyboard.press('Alt+1');
  await step('today', '.figures');
  await page.keyboard.press('Alt+2');
  await step('intake, services', '.rows .row');
  await page.keyboard.press('Alt+1');
  await clerk.scan(number);
  await step('intake', '.thumb img');
  await page.click('.slot >> nth=0');
  await step('intake, a line', '.slot-detail');
  await page.keyboard.press('F1');
  await step('help', '.help');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+3');
  await step('lookup', 'input[name=q]');
  await clerk.scan(number);
  await step('lookup, a case', '.facts-list');
  await page.keyboard.press('Alt+4');
  await step('archive', '.checks');
  await page.keyboard.press('F9');
  await step('archive, a bundle', 'select[name=format]');
  await page.keyboard.press('Alt+5');
  await step('verify', '#audit');
  await page.keyboard.press('Alt+6');
  await step('board', 'tbody');
  await page.keyboard.press('Alt+7');
  await step('devices', '.device');
}

for (const lang of langs)
  for (const theme of ['normal', 'contrast'])
    test(`axe finds nothing on any screen: ${lang}, ${theme}`, async () => {
      await open(lang, { theme });
      const found = [];
      await everyScreen(async (name) => { found.push(...(await axe(page)).map((fault) => `${name}: ${fault}`)); });
      assert.deepEqual(found, []);
    });

for (const lang of langs)
  test(`axe finds nothing on the pages without script: ${lang}`, async () => {
    const context = await browser.context.browser().newContext({ locale: lang === 'zh' ? 'zh-CN' : 'en-GB' });
    const plain = await context.newPage();
    const found = [];
    for (const path of ['/login', '/p/']) {
      await plain.goto(`${hall.url}${path}`);
      found.push(...(await axe(plain)).map((fault) => `${path}: ${fault}`));
    }
    await plain.goto(`${hall.url}/login`);
    await plain.fill('#who', people.clerk.number);
    await plain.fill('#secret', `${secret}!`);
    await plain.keyboard.press('Enter');
    await plain.waitForSelector('.wrong');
    found.push(...await axe(plain));
    assert.deepEqual(found, []);
    await context.close();
  });

test('every control of every screen is reached by Tab, and the focus is seen', async () => {
  await open(langs[0]);
  const lost = [];
  await everyScreen(async (name) => {
    const wanted = await page.evaluate((what) => {
      document.activeElement?.blur();
      globalThis.getSelection()?.removeAllRanges();
      globalThis.reached = new Set();
      globalThis.wanted = [...document.querySelectorAll(what)].filter((one) => !one.disabled && one.offsetParent !== null && one.tabIndex >= 0);
      /* A date field takes a Tab for each of its parts. */
      return globalThis.wanted.length + 4 * document.querySelectorAll('input[type=date]').length;
    }, all);
    /* The round may begin anywhere: once over the end it meets the rest. */
    for (let at = 0; at < wanted + 12; at++) {
      await page.keyboard.press('Tab');
      await page.evaluate(() => {
        const { activeElement: on } = document;
        if (!on || on === document.body) return;
        const box = on.getBoundingClientRect();
        const style = getComputedStyle(on);
        if (box.bottom > 0 && box.top < innerHeight && style.outlineStyle !== 'none') globalThis.reached.add(on);
      });
    }
    lost.push(...await page.evaluate((screen) => globalThis.wanted.filter((one) => one.isConnected && !globalThis.reached.has(one)).map((one) => `${screen}: ${one.outerHTML.slice(0, 90)}`), name));
  });
  assert.deepEqual(lost, []);
});

for (const [width, height] of [[1024, 768], [1366, 768], [1920, 1080]])
  test(`nothing is cut off at ${width} × ${height} in any size of letters`, async () => {
    await page.setViewportSize({ width, height });
    const cut = [];
    for (const size of process.env.ANJUAN_LONG === '1' ? ['normal', 'large', 'huge'] : ['normal', 'huge']) {
      await open(langs[0], { size });
      await everyScreen(async (name) => {
        cut.push(...await page.evaluate(([screen, letters]) => {
          const found = document.documentElement.scrollWidth > innerWidth + 1 ? [`${screen}, ${letters}: ${document.documentElement.scrollWidth} px wide`] : [];
          for (const one of document.querySelectorAll('.bar button, .band, .tab')) {
            const box = one.getBoundingClientRect();
            if (box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)) found.push(`${screen}, ${letters}: ${one.textContent.trim().slice(0, 30)}`);
          }
          return found;
        }, [name, size]));
      });
    }
    assert.deepEqual(cut, []);
  });
