/* SPDX-License-Identifier: Apache-2.0
 *
 * 逐项核对: what a person must say before anything is told to the applicant. One list, one key
 * each; who answers stands on the next line at once.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type * as Api from '../api-types.ts';
import { act } from '../casework.ts';
import { submit } from '../parts.ts';
import { set } from '../store.ts';
import { pair, say, sayToken } from '../words.ts';

interface Task {
  key: string;
  text: string;
  answer: () => TemplateResult;
}

function question(one: Api.Case['questions'][number]): Task {
  const give = (done: boolean) => () => void act({ act: 'answer', question: one.code, done });
  return { key: `q ${one.code}`, text: one.text, answer: () => html`
    <button @click=${give(false)}>${say('no')}</button><button @click=${give(true)}>${say('yes')}</button>` };
}

function entry(key: string, text: string, type: 'text' | 'date', take: (value: string) => void): Task {
  return { key, text, answer: () => html`<form @submit=${submit((values) => take(values['value'] ?? ''))}>
    <input name="value" type=${type} required autocomplete="off" aria-label=${text}><button>${say('confirm')}</button></form>` };
}

function tick(line: Api.CheckLine, one: Api.CheckLine['ticks'][number]): Task {
  return { key: `t ${line.code} ${one.tick}`, text: line.name, answer: () => html`
    <button @click=${() => void act({ act: 'tick', slot: line.code, tick: one.tick, done: true })}>☐ ${sayToken('tick', one.tick)}</button>` };
}

/* Only one of several is scanned; the others are counted by hand. */
function count(line: Api.CheckLine): Task {
  const { originals = 0, copies = 0 } = line;
  return { key: `c ${line.code}`, text: line.name, answer: () => html`
    <button @click=${() => void act({ act: 'slot', slot: line.code, originals, copies })}>☐ ${say('counted', { o: originals, c: copies })}</button>` };
}

/* Lines that wait for something of which there is no short form: their place in the checklist. */
function look(line: Api.CheckLine): Task {
  return { key: `s ${line.code}`, text: pair(line.name, line.detail), answer: () => html`
    <button @click=${() => set({ slot: line.code })}>${say('open')}</button>` };
}

function slotTasks(line: Api.CheckLine): Task[] {
  const list = line.ticks.filter((one) => !one.done).map((one) => tick(line, one));
  const { date } = line;
  if (date !== null && date !== undefined)
    list.push(entry(`d ${line.code}`, say(date === 'issued' ? 'issuedOn' : 'validUntil', { n: line.name }), 'date', (value) =>
      void act({ act: 'slot', slot: line.code, ...(date === 'issued' ? { issued: value } : { until: value }) })));
  return list;
}

/* Questions first: they decide which lines there are. */
export function settleTasks(current: Api.Case): Task[] {
  if (current.finished) return [];
  const questions = current.questions.filter((one) => one.answer === null);
  const fields = current.fields.filter((one) => one.required && !one.entered);
  const waiting = current.check.slots.filter((line) => line.state === 'person' && line.documents > 0);
  const short = current.check.slots.filter((line) => line.defects.some((defect) => defect.token === 'copies'));
  if (current.check.persons === 0) return short.map(count);
  const tasks = [
    ...questions.map(question),
    ...fields.map((one) => entry(`f ${one.name}`, one.label, 'text', (value) => void act({ act: 'field', field: one.name, value }))),
    ...waiting.flatMap(slotTasks),
    ...short.map(count)];
  const plain = current.check.slots.filter((line) => line.state === 'person');
  return tasks.length > 0 ? tasks : plain.map(look);
}

export function settleCard(current: Api.Case): TemplateResult | typeof nothing {
  const tasks = settleTasks(current);
  if (tasks.length === 0 || (current.sides.length === 0 && current.documents.length === 0)) return nothing;
  return html`<section class="settle" aria-label=${say('settle', { n: tasks.length })}>
    <h3><b class="warn">? ${say('settle', { n: tasks.length })}</b> <small>${say('settleHint')}</small></h3>
    <ul>${repeat(tasks, (task) => task.key, (task) => html`<li><span>${task.text}</span><span class="answers">${task.answer()}</span></li>`)}</ul></section>`;
}
