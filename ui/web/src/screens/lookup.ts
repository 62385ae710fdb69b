/* SPDX-License-Identifier: Apache-2.0
 *
 * ③ 查件: one box for every number, code and name; a case with what happened, its pages and
 * where the paper is; full view with a reason.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type * as Api from '../api-types.ts';
import { lookUp } from '../casework.ts';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';
import { bigPage, caseRow, field, issuedPaper, lamp, paperView, sideFacts, stateOf, submit, thumbnail, timeLeft, zooms } from '../parts.ts';
import { attempt, command, get, may, openCase, refreshAll, set, showCase, showReceipt, state } from '../store.ts';
import { say, sayToken, showDate, showNumber } from '../words.ts';
import type { ScreenView } from './screen.ts';
import { stepsOf } from './steps.ts';

const reasons = ['handle', 'verify', 'copy', 'court', 'other'] as const;

async function look(number: string, reason: typeof reasons[number], note: string): Promise<void> {
  const done = await attempt(async () => {
    await command<void>('POST', `/cases/${number}/look`, { reason, ...(note ? { note } : {}) });
    return get<Api.Case>(`/cases/${number}`);
  });
  if (done) set({ shown: done, form: undefined });
}

function search(): TemplateResult {
  return html`<form class="search" role="search" @submit=${submit((values) => {
    set({ shown: undefined, query: values['q'] ?? '' });
    if (values['q']) void lookUp(values['q']);
  })}><label class="field"><span>${say('searchBox')}</span>
    <input name="q" type="search" class="autofocus" autocomplete="off" .value=${state.query}></label>
    <button class="primary">${say('find')} <kbd>↵</kbd></button></form>`;
}

/* Where nothing is looked up there is room to say what can be. */
function whatFor(): TemplateResult {
  return html`<section class="panel" aria-label=${say('lookupTitle')} tabindex="0"><div class="how"><h2>${say('lookupTitle')}</h2>
    <ul>${(['lookup1', 'lookup2', 'lookup3', 'lookup4'] as const).map((word) => html`<li>${say(word)}</li>`)}</ul></div></section>`;
}

function results(found: Api.Found): TemplateResult {
  return html`<section class="panel" aria-label=${say('found')} tabindex="0">
    <p>${found.text}</p>
    <ul class="rows">${(found.cases ?? []).map((row) => caseRow(row, (number) => void showCase(number)))}</ul></section>`;
}

function unmask(shown: Api.Case): TemplateResult | typeof nothing {
  if (!shown.masked || !may('clerk', 'archivist', 'auditor', 'supervisor')) return nothing;
  return html`<div class="unmask"><p>${say('maskedText')}</p><div class="buttons">
    ${reasons.map((reason) => html`<button @click=${() => reason === 'other' ? set({ form: 'look' }) : void look(shown.number, reason, '')}>${sayToken('r', reason)}</button>`)}</div>
    ${state.form === 'look' ? html`<form class="inline" @submit=${submit((values) => void look(shown.number, 'other', values['note'] ?? ''))}>
      <label class="field"><span>${say('reason')}</span><input name="note" required maxlength="200"></label>
      <div class="buttons"><button class="primary">${say('confirm')}</button></div></form>` : nothing}</div>`;
}

/* Blank sides carry no page. */
function pageCount(shown: Api.Case, document: Api.Document): string {
  const n = shown.sides.filter((side) => side.document === document.number && side.page !== null && side.state !== 'void').length;
  return n > 0 ? say('slotPages', { n }) : '';
}

/* The same act again and again by one person, as sides that come in, is one line. */
function folded(events: Api.Event[]): Array<{ event: Api.Event; times: number }> {
  const list: Array<{ event: Api.Event; times: number }> = [];
  for (const event of events) {
    const last = list[list.length - 1];
    /* A case is opened by receiving it. */
    if (last && last.event.act === 'case.open' && event.act === 'case.step' && list.length === 1) continue;
    if (last && last.event.act === event.act && event.act !== 'case.step' && last.event.actor === event.actor) last.times++;
    else list.push({ event, times: 1 });
  }
  return list;
}

function facts(shown: Api.Case): TemplateResult {
  return html`<section class="column" aria-label=${say('case')} tabindex="0">
    <h2>${showNumber(shown.number)}</h2>
    <dl class="facts-list">
      <div><dt>${say('item')}</dt><dd>${shown.item.name}</dd></div>
      <div><dt>${say('applicantShort')}</dt><dd>${shown.applicant}</dd></div>
      <div><dt>${say('kind')}</dt><dd>${sayToken('kind', shown.kind)}</dd></div>
      ${shown.deadlines.map((deadline) => html`<div><dt>${sayToken('purpose', deadline.purpose)}</dt><dd>${lamp(deadline.lamp)} ${timeLeft(deadline)}</dd></div>`)}
      <div><dt>${say('where')}</dt><dd>${shown.place ?? say('whereNone')}</dd></div>
      ${shown.archive_number ? html`<div><dt>${say('archiveNumber')}</dt><dd>${shown.archive_number}</dd></div>` : nothing}
    </dl>
    ${unmask(shown)}
    ${state.form === 'copy' ? copyForm(shown) : nothing}
    ${stepsOf(shown)}
    <h3>${say('documents')}</h3>
    <ol class="documents">${shown.documents.map((document) => html`<li class=${document.state === 'void' ? 'is-void' : ''}>
      <span class="slot-number">${String(document.number).padStart(3, '0')}</span> ${document.title}
      <span class="muted">${pageCount(shown, document)} ${document.paper_number ?? ''}</span>
      ${document.code !== 'B01' ? nothing : html`<button class="link" @click=${() => void showReceipt(shown.number, document.number)}>${say('receiptCheck')}</button>`}
      ${document.family === 'A' || shown.masked ? nothing : html`<button class="link" @click=${() => set({ paper: issuedPaper(shown, document), viewing: true })}>${say('open')}</button>`}</li>`)}</ol>
    <h3>${say('timeline')}</h3>
    <ol class="timeline">${folded(state.timeline).map(({ event, times }) => html`<li><time>${showDate(event.t)}</time> <span>${event.text || sayToken('act', event.act)}${times > 1 ? ` … × ${times}` : ''}</span> <span class="muted">${event.actor}</span></li>`)}</ol></section>`;
}

function pages(shown: Api.Case): TemplateResult {
  if (shown.masked) return html`<section class="column" aria-label=${say('pages')} tabindex="0"><h2>${say('pages')}</h2><p class="empty">${say('maskedPages')}</p></section>`;
  const { receipt } = state;
  const side = shown.sides.find((one) => one.id === state.selected) ?? shown.sides.find((one) => !one.blank) ?? shown.sides[0];
  const zoom = (by: number) => set({ zoom: Math.min(zooms, Math.max(0, state.zoom + by)) });
  return html`${receipt ? receiptView(shown, receipt) : html`<section class="column strip" aria-label=${say('pages')}><h2>${say('pages')}</h2>
      <div class="scroll" tabindex="0" role="group" aria-label=${say('pages')}><div class="thumbs">${repeat(shown.sides, (one) => one.id,
        (one) => thumbnail(one, one.id === side?.id, (id) => set({ selected: id, zoom: 0, viewing: true })))}</div></div></section>`}
    ${state.paper ? paperView(state.paper, () => set({ paper: undefined, viewing: false })) : html`<section class="column viewer" aria-label=${say('viewer')} tabindex="0">${side ? html`
      <div class="tools"><button class="narrow-only" @click=${() => set({ viewing: false })}>${say('allPages')}</button><button @click=${() => zoom(-1)} aria-label=${say('zoomOut')}>−</button><button @click=${() => zoom(1)} aria-label=${say('zoomIn')}>+</button>
        <button @click=${() => set({ zoom: 0 })}>${say('zoomFit')}</button></div>
      ${bigPage(side, state.zoom, zoom)}<p class="facts">${sideFacts(side)}</p>` : html`<p class="empty">${say('noPage')}</p>`}</section>`}`;
}

function receiptLine(shown: Api.Case, line: Api.Receipt['lines'][number], listed: boolean): TemplateResult {
  const why = !listed ? say('lineUnlisted') : line.sides.length === 0 && line.pages > 0 ? say('lineNoImage') : say('linePages', { a: line.pages, b: line.sides.length });
  return html`<li class="receipt-line ${line.good ? '' : 'is-bad'}"><p class=${line.good ? 'good' : 'wrong'}>${line.good ? '✓' : '✗'}
      <b>${String(line.document).padStart(3, '0')} ${line.title}</b> ${say('slotPages', { n: line.pages })} · ${say(line.kept ? 'kept' : 'handedBack')}${line.good ? '' : ` · ${why}`}</p>
    <div class="thumbs">${line.sides.map((id) => {
      const side = shown.sides.find((one) => one.id === id);
      return side ? thumbnail(side, id === state.selected, (chosen) => set({ selected: chosen, zoom: 0, viewing: true })) : nothing;
    })}</div></li>`;
}

function receiptView(shown: Api.Case, receipt: Api.Receipt): TemplateResult {
  return html`<section class="column strip" aria-label=${say('receiptCheck')}><h2>${say('receiptCheck')} <small>${say('receiptText')}</small></h2>
    <div class="scroll" tabindex="0" role="group" aria-label=${say('receiptCheck')}>
      <ul class="receipt">${receipt.lines.map((line) => receiptLine(shown, line, true))}${receipt.unlisted.map((line) => receiptLine(shown, line, false))}</ul></div>
    <div class="buttons"><button @click=${() => set({ receipt: undefined })}>${say('allPages')}</button></div></section>`;
}

function band(): Band {
  const { shown, receipt } = state;
  if (shown && receipt) {
    const bad = receipt.lines.filter((line) => !line.good).length + receipt.unlisted.length;
    return bad > 0 ? { tone: 'bad', symbol: '✗', title: say('receiptBad', { n: bad }), text: say('receiptBadText') }
      : { tone: 'good', symbol: '✓', title: say('receiptGood', { n: receipt.lines.length }), text: `${shown.item.name} · ${shown.applicant}` };
  }
  if (shown) {
    const bad = shown.check.missing > 0;
    return { tone: bad ? 'bad' : 'good', symbol: bad ? '✗' : '✓', title: bad ? say('missing', { n: shown.check.missing }) : stateOf(shown), text: `${shown.item.name} · ${shown.applicant}${bad ? ` · ${stateOf(shown)}` : ''}` };
  }
  if (state.found?.kind === 'nothing') return { tone: 'warn', symbol: '?', title: say('nothing'), text: say('nothingText') };
  if (state.found) return { tone: 'good', symbol: '✓', title: say('foundN', { n: state.found.cases?.length ?? 0 }), text: state.found.text };
  return { tone: 'idle', symbol: '◎', title: say('lookupReady'), text: say('lookupReadyText') };
}

function step(by: number): void {
  const sides = state.shown?.sides ?? [];
  const at = sides.findIndex((side) => side.id === state.selected);
  const next = sides[Math.min(sides.length - 1, Math.max(0, at + by))];
  if (next) set({ selected: next.id, zoom: 0 });
}

/* What stands on the certificate of a copy and only a person can say. */
async function certifiedCopy(shown: Api.Case, values: Record<string, string>): Promise<void> {
  const said = { ...values, archive_number: shown.archive_number ?? say('notFiled') };
  const paper = await attempt(() => command<Api.Paper>('POST', `/cases/${shown.number}/notices`, { kind: 'certified-copy', values: said }));
  if (!paper) return;
  set({ form: undefined, paper: { address: paper.pdf, title: paper.title, unprinted: !paper.printed && !paper.problem }, viewing: true });
  if (paper.problem) set({ problem: paper.problem });
  await refreshAll();
}

function copyForm(shown: Api.Case): TemplateResult {
  const papers = shown.documents.filter((one) => one.state !== 'void');
  return html`<form class="inline" @submit=${submit((values) => void certifiedCopy(shown, values))}><b>${say('certified')}</b>
    <label class="field"><span>${say('copyDocument')}</span><select name="document">${papers.map((one) => html`<option value=${one.title}>${String(one.number).padStart(3, '0')} ${one.title}</option>`)}</select></label>
    ${field('pages', 'copyPages')}${field('purpose', 'copyPurpose')}
    ${field('reader', 'copyReader', { value: shown.applicant })}${field('reader_id', 'copyReaderId')}${field('approved_by', 'copyApproved')}
    <div class="buttons"><button class="primary">${say('print')}</button>
      <button type="button" @click=${() => set({ form: undefined })}>${say('cancel')} <kbd>Esc</kbd></button></div></form>`;
}

function actions(): Action[] {
  const { shown } = state;
  const takesPaper = !!shown && may('clerk') && shown.next.includes('resume-intake');
  return [
    { id: 'search', label: say('find'), key: 'Ctrl+K', run: () => set({ shown: undefined, found: undefined, query: '' }), enabled: true },
    { id: 'copy', label: say('certified'), key: 'Ctrl+P', run: () => set({ form: state.form === 'copy' ? undefined : 'copy' }), enabled: !!shown && !shown.masked && may('clerk') },
    { id: 'go', label: say('toIntake'), key: 'Ctrl+Enter', run: () => shown && void openCase(shown.number), enabled: takesPaper, right: true, main: takesPaper },
    { id: 'previous', label: say('previousPage'), key: 'ArrowLeft', run: () => step(-1), enabled: !!shown, hidden: true },
    { id: 'following', label: say('followingPage'), key: 'ArrowRight', run: () => step(1), enabled: !!shown, hidden: true },
  ];
}

function work(): TemplateResult {
  const shown = state.shown;
  if (shown) return html`<div class="columns three ${state.viewing ? 'viewing' : ''}">${facts(shown)}${pages(shown)}</div>`;
  return html`${search()}${state.found && state.found.kind !== 'nothing' ? results(state.found) : whatFor()}`;
}

export const lookup: ScreenView = { band, actions, work };
