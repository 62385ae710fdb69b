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
const ledgers = ['received', 'service', 'immediate', 'promised', 'supplement', 'returned', 'joint', 'handed-up', 'late', 'collected'];
const ledgerNames: Record<string, [string, string]> = {
  received: ['收件登记', 'Cases received'], service: ['窗口服务台账', 'Counter services'], immediate: ['即办件', 'Immediate'],
  promised: ['承诺件', 'Promised'], supplement: ['补办件', 'To be completed'], returned: ['退回件登记', 'Returned'],
  joint: ['联办件', 'Joint'], 'handed-up': ['上报件', 'Handed up'], late: ['超期', 'Late'], collected: ['领证登记', 'Collected'],
};

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
      <td>${row.item}</td><td>${row.kind}</td><td>${timeLeft(row.deadline)}</td><td>${row.stuck || '–'}</td><td>${row.window}</td></tr>`)}</tbody></table>
    ${board.rows.length === 0 ? html`<p class="empty">${say('noRows')}</p>` : nothing}`;
}

interface Sum { open: number; red: number; yellow: number }

function sums(title: string, key: 'window' | 'kind', list: Array<Sum & { name: string }>): TemplateResult {
  return html`<h2>${title}</h2><table><thead><tr><th scope="col">${title}</th><th scope="col">${say('openN')}</th><th scope="col">■</th><th scope="col">▲</th></tr></thead>
    <tbody>${list.map((one) => html`<tr><td><button class="link" aria-pressed=${state.boardFilter[key] === one.name}
      @click=${() => filter({ [key]: state.boardFilter[key] === one.name ? undefined : one.name })}>${one.name}</button></td>
      <td>${one.open}</td><td class=${one.red > 0 ? 'wrong' : ''}>${one.red}</td><td class=${one.yellow > 0 ? 'warn' : ''}>${one.yellow}</td></tr>`)}</tbody></table>`;
}

function ledgerForm(): TemplateResult {
  const zh = document.documentElement.lang.startsWith('zh');
  return html`<h2>${say('ledgers')}</h2><p>${say('ledgersText')}</p>
    <form class="inline steady" @submit=${submit((values) => {
      window.open(`/api/v1/ledgers/${values['ledger']}?from=${values['from']}&to=${values['to']}`, '_blank', 'noopener');
    })}><label class="field"><span>${say('ledgers')}</span><select name="ledger">${ledgers.map((name) => html`<option value=${name}>${ledgerNames[name]?.[zh ? 0 : 1]}</option>`)}</select></label>
    ${field('from', 'from', { type: 'date', value: `${hallDate().slice(0, 8)}01` })}${field('to', 'to', { type: 'date', value: hallDate() })}
    <div class="buttons"><button>${say('open')}</button></div></form>`;
}

function work(): TemplateResult {
  const board = state.board;
  if (!board) return html`<p class="empty">${say('busy')}</p>`;
  return html`<div class="columns wide"><section class="column panel" aria-label=${say('lamp')} tabindex="0">${lampFilter(board)}${rows(board)}</section>
    <section class="column panel" aria-label=${say('figures')} tabindex="0">
      ${sums(say('byWindow'), 'window', board.windows.map((one) => ({ ...one, name: one.window })))}
      ${sums(say('byKind'), 'kind', board.kinds.map((one) => ({ ...one, name: one.kind })))}
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
