/* SPDX-License-Identifier: Apache-2.0
 *
 * What a clerk does at the screen, by gun and keys, and what she waits to see.
 */
import { gun } from './browser.mjs';
import { commandCode, itemCard } from './hall.mjs';

export class Clerk {
  constructor(page, words) {
    this.page = page;
    this.say = words.say;
  }

  /* Waits until `test` holds in the page; where it never does the screen tells what stood there. */
  async until(what, test, value) {
    await this.page.waitForFunction(test, value).catch(async () => {
      const focus = await this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300));
      throw new Error(`${what}; the focus is on ${focus}; the screen says\n${await this.page.locator('#app').innerText()}`);
    });
  }

  /* The band says `word`, and `more` beneath it; resolves to its whole text. */
  async band(word, values, more = '') {
    const wanted = this.say(word, values);
    await this.until(`the band should say ${wanted} ${more}`, ([title, text]) => document.querySelector('.band-title')?.textContent?.includes(title) &&
      document.querySelector('.band')?.innerText.includes(text), [wanted, more]);
    return this.page.locator('.band').innerText();
  }

  async scan(code) {
    await gun(this.page, code);
  }

  async command(code) {
    await this.scan(commandCode(code));
  }

  async key(name) {
    await this.page.keyboard.press(name);
  }

  /* At the pace of a person, which is never a gun's. */
  async type(text) {
    await this.page.keyboard.type(text, { delay: 80 });
  }

  async open(item, applicant) {
    await this.scan(itemCard(item));
    await this.page.waitForSelector('input[name=applicant]:focus');
    await this.type(applicant);
    await this.key('Enter');
    await this.band('putPaper');
  }

  /* Answers the list of what waits for a person: Enter takes the focused answer, `entries` fill its fields by label. */
  async settle(entries = {}) {
    await this.page.waitForSelector('.settle');
    for (;;) {
      await this.until('the list should have the focus', () => document.querySelector('.settle') === null || document.activeElement?.closest('.settle'));
      const task = await this.page.evaluate(() => {
        const { activeElement: field } = document;
        const left = document.querySelectorAll('.settle li').length;
        return left === 0 ? null : { left, field: field.tagName === 'INPUT' ? field.getAttribute('aria-label') : null, date: field.type === 'date' };
      });
      if (task === null) return;
      if (task.field !== null) {
        const value = Object.entries(entries).find(([label]) => task.field.includes(label))?.[1];
        if (value === undefined) throw new Error(`the list asks for ${task.field}`);
        if (task.date) await this.page.fill('.settle input:focus', value);
        else await this.type(value);
      }
      await this.key('Enter');
      await this.until(`${task.left} tasks should be fewer`, (left) => document.querySelectorAll('.settle li').length !== left, task.left);
    }
  }

  logs(text) {
    return this.until(`the log should say ${text}`, (wanted) => document.querySelector('.log')?.textContent?.includes(wanted), text);
  }

  thumbs() {
    return this.page.locator('.thumb').count();
  }
}

export { itemCard };
