/* SPDX-License-Identifier: Apache-2.0
 *
 * Debian's Chromium, a page in it, a code reader and axe.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const web = new URL('../../ui/web/', import.meta.url);
export const available = existsSync('/usr/bin/chromium') && existsSync(new URL('node_modules/playwright-core', web));
const require = createRequire(web);

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export async function openBrowser({ width = 1366, height = 768 } = {}) {
  const { chromium } = require('playwright-core');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: flags });
  const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const page = await context.newPage();
  const messages = [];
  /* Refused requests are the app's to show; what counts here is CSP and script. */
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) messages.push(message.text());
  });
  page.on('pageerror', (error) => messages.push(String(error)));
  return { context, page, messages, close: () => browser.close() };
}

/* A reader: digits 5 ms apart, then Enter; `ime` = a Chinese input method takes the keys. The pace stands in the events, whatever the machine does. */
export async function gun(page, text, { gapMs = 5, ime = false } = {}) {
  await page.evaluate(([digits, gap, process]) => {
    let at = performance.now();
    const press = (key, code) => {
      const event = new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true });
      Object.defineProperty(event, 'timeStamp', { value: at += gap });
      (document.activeElement ?? document.body).dispatchEvent(event);
    };
    for (const digit of digits) press(process ? 'Process' : digit, `Digit${digit}`);
    press('Enter', 'Enter');
  }, [text, gapMs, ime]);
}

export async function axe(page) {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const result = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return result.violations.map((one) => `${one.id}: ${one.help} — ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`);
  });
}
