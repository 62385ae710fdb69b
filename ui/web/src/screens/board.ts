/* SPDX-License-Identifier: Apache-2.0
 *
 * ⑥ 督办: deadlines with lamps, by window and kind; every figure leads to its rows.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type * as Api from '../api-types.ts';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';
import { field, lamp, lampSymbols, submit, timeLeft } from '../parts.ts';
import { hallDate, refreshAll, set, showCase, state } from '../store.ts';
import { say, sayToken, shortNumber } from '../words.ts';
import type { ScreenView } from './screen.ts';

const lamps: Api.Lamp[] = ['red', 'yellow', 'green', 'paused', 'not-started'];
// The registers of the server (anjuan ledger list) that a supervisor asks for.
const ledgerNames: Record<string, [string, string]> = {
  intake: ['收件登记', 'Cases received'], window: ['窗口服务台账', 'Counter services'], instant: ['即办件登记', 'Immediate'],
  promise: ['承诺件登记', 'Promised'], supplement: ['补办件登记', 'To be completed'], return: ['退回件登记', 'Returned'],
  joint: ['联办件登记', 'Joint'], upper: ['上报件登记', 'Handed up'], green: ['绿色通道登记簿', 'Green channel'],
  refusal: ['否决报备', 'Refused'], overdue: ['超期办件', 'Overdue'], delivery: ['领证(出件)登记', 'Collected'],
  filed: ['归档文件目录', 'Filed'], consultation: ['首问/咨询登记', 'Consultations'], lending: ['查(借)阅与复制登记', 'Lent and copied'],
  seal: ['用印登记', 'Use of seals'], destruction: ['销毁清册', 'Destroyed'], 'hand-over': ['交接登记', 'Handed over'],
  figures: ['办件统计', 'Figures'], exceptions: ['异常件清单', 'Exceptions'],
};
const ledgers = Object.keys(ledgerNames);

function filter(part: Partial<typeof state.boardFilter>): void {
  set({ boardFilter: { ...state.boardFilter, ...part } });
  void refreshAll();
}

function lampFilter(board: Api.Board): TemplateResult {
  const f = board.figures;
  const counts: Record<string, number> = { red: f.red, yellow: f.yellow, green: f.green, paused: f.paused, 'not-started': f.not_started };
  return html`<div class="buttons" role="group" aria-label=${say('lamp')}>
    <button aria-pressed=${!state.boardFilter.lamp} @click=${() => filter({ lamp: undefined })}>${say('all')}</button>
    ${lamps.map((kind) => html`<button class="lamp-${kind}" aria-pressed=${state.boardFilter.lamp === kind} @click=${() => filter({ lamp: kind })}>
      <span aria-hidden="true">${lampSymbols[kind]}</span> ${sayToken('lamp', kind)} ${counts[kind]}</button>`)}</div>`;
}

function rows(board: Api.Board): TemplateResult {
  return html`<table><thead><tr><th scope="col">${say('lamp')}</th><th scope="col">${say('case')}</th><th scope="col">${say('item')}</th><th scope="col">${say('kind')}</th>
      <th scope="col">${say('leftCol')}</th><th scope="col">${say('stuckAt')}</th><th scope="col">${say('windowCol')}</th></tr></thead>
    <tbody>${board.rows.map((row) => html`<tr><td>${lamp(row.deadline.lamp)}</td>
      <td><button class="link" @click=${() => void showCase(row.number)}>${shortNumber(row.number)}</button></td>
      <td>${row.item}</td><td>${sayToken('kind', row.kind)}</td><td>${timeLeft(row.deadline) || '–'}</td><td>${row.stuck || '–'}</td><td>${row.window}</td></tr>`)}</tbody></table>
    ${board.rows.length === 0 ? html`<p class="empty">${say('noRows')}</p>` : nothing}`;
}

interface Sum { open: number; red: number; yellow: number }

function sums(title: string, key: 'window' | 'kind', list: Array<Sum & { name: string; word: string }>): TemplateResult {
  return html`<h2>${title}</h2><table><thead><tr><th scope="col">${say(key === 'window' ? 'windowCol' : 'kind')}</th><th scope="col">${say('openN')}</th><th scope="col"><span aria-hidden="true">■</span> ${say('lateShort')}</th><th scope="col"><span aria-hidden="true">▲</span> ${say('soonShort')}</th></tr></thead>
    <tbody>${list.map((one) => html`<tr><td><button class="link" aria-pressed=${state.boardFilter[key] === one.name}
      @click=${() => filter({ [key]: state.boardFilter[key] === one.name ? undefined : one.name })}>${one.word}</button></td>
      <td>${one.open}</td><td class=${one.red > 0 ? 'wrong' : ''}>${one.red}</td><td class=${one.yellow > 0 ? 'warn' : ''}>${one.yellow}</td></tr>`)}</tbody></table>`;
}

function ledgerForm(): TemplateResult {
  const zh = document.documentElement.lang.startsWith('zh');
  return html`<h2>${say('ledgers')}</h2><p>${say('ledgersText')}</p>
    <form class="inline steady" @submit=${submit((values) => {
      window.open(`/api/v1/ledgers/${values['ledger']}?from=${values['from']}&to=${values['to']}`, '_blank', 'noopener');
    })}><label class="field"><span>${say('ledger')}</span><select name="ledger">${ledgers.map((name) => html`<option value=${name}>${ledgerNames[name]?.[zh ? 0 : 1]}</option>`)}</select></label>
    <div class="abreast">${field('from', 'from', { type: 'date', value: `${hallDate().slice(0, 8)}01` })}${field('to', 'to', { type: 'date', value: hallDate() })}</div>
    <div class="buttons"><button>${say('open')}</button></div></form>`;
}

function work(): TemplateResult {
  const board = state.board;
  if (!board) return html`<p class="empty">${say('busy')}</p>`;
  return html`<div class="columns wide"><section class="column panel" aria-label=${say('lamp')} tabindex="0">${lampFilter(board)}${rows(board)}</section>
    <section class="column panel" aria-label=${say('figures')} tabindex="0">
      ${sums(say('byWindow'), 'window', board.windows.map((one) => ({ ...one, name: one.window, word: one.window })))}
      ${sums(say('byKind'), 'kind', board.kinds.map((one) => ({ ...one, name: one.kind, word: sayToken('kind', one.kind) })))}
      ${board.oddities.length > 0 ? html`<h2>${say('oddities')}</h2><ul class="plain">${board.oddities.map((one) => html`<li>▲ ${one.case
        ? html`<button class="link" @click=${() => one.case && void showCase(one.case)}>${one.text}</button>` : one.text}</li>`)}</ul>` : nothing}
      ${ledgerForm()}<p class="hint">${say('calendarUntil', { d: board.calendar_until })}</p></section></div>`;
}

function band(): Band {
  const f = state.board?.figures;
  if (!f) return { tone: 'idle', symbol: '◎', title: say('board'), text: '' };
  const text = say('boardText', { p: f.on_time_percent ?? '–', r: f.received_today, d: f.decided_today });
  if (f.red > 0) return { tone: 'bad', symbol: '■', title: `${say('boardLate', { n: f.red })} · ${say('boardSoon', { n: f.yellow })}`, text };
  if (f.yellow > 0) return { tone: 'warn', symbol: '▲', title: say('boardSoon', { n: f.yellow }), text };
  return { tone: 'good', symbol: '●', title: say('boardFine'), text };
}

function actions(): Action[] {
  return [{ id: 'find', label: say('find'), key: 'Ctrl+K', run: () => set({ screen: 'lookup', shown: undefined }), enabled: true }];
}

export const board: ScreenView = { band, actions, work };
