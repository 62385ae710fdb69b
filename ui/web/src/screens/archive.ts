/* SPDX-License-Identifier: Apache-2.0
 *
 * ④ 归档: what can be filed and why the rest cannot; bundles with progress and receipt.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type * as Api from '../api-types.ts';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';
import { caseRow, field, submit } from '../parts.ts';
import { attempt, command, hallDate, log, refreshAll, set, showCase, state } from '../store.ts';
import { pair, say, sayToken, sentences, shortNumber, showDate } from '../words.ts';
import type { ScreenView } from './screen.ts';

const formats: Api.NewExport['format'][] = ['bag-tar', 'bag-zip', 'bag-dir', 'gbt42727', 'dat93', 'pdf'];

function toggle(number: string): void {
  set({ chosen: state.chosen.includes(number) ? state.chosen.filter((one) => one !== number) : [...state.chosen, number] });
}

function chooseAll(): void {
  set({ chosen: state.fileable?.ready.map((row) => row.number) ?? [] });
}

async function file(values: Record<string, string>): Promise<void> {
  for (const number of state.chosen) {
    const done = await attempt(() => command<Api.CaseChange>('POST', `/cases/${number}/acts`,
      { act: 'file', ...Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== '')) }));
    if (!done) return;
    log(done.said);
  }
  set({ form: undefined });
  await refreshAll();
}

async function startExport(values: Record<string, string>): Promise<void> {
  const scope = state.chosen.length > 0 ? { cases: state.chosen } : { from: values['from'], to: values['to'] };
  const job = await attempt(() => command<Api.Export>('POST', '/exports',
    { format: values['format'], destination: values['destination'], ...scope, ...(values['split'] ? { split_bytes: Math.round(Number(values['split']) * 1e6) } : {}) }));
  if (!job) return;
  set({ form: undefined });
  await refreshAll();
}

async function received(id: string, by: string): Promise<void> {
  if (await attempt(() => command<Api.Export>('POST', `/exports/${id}/acts`, { act: 'received', by }))) await refreshAll();
}

function ready(): TemplateResult {
  const rows = state.fileable?.ready ?? [];
  return html`<section class="column panel" aria-label=${say('canFile', { n: rows.length })} tabindex="0">
    <h2>${say('canFile', { n: rows.length })}</h2>
    ${rows.length === 0 ? html`<p class="empty">${say('allFiled')}</p>` : html`<div class="buttons"><button @click=${chooseAll}>${say('selectAll')}</button></div>`}
    <ul class="rows checks">${rows.map((row) => html`<li><label class="check"><input type="checkbox" .checked=${state.chosen.includes(row.number)}
      @change=${() => toggle(row.number)}><span class="row-number">${shortNumber(row.number)}</span>
      <span class="row-name">${row.item} · ${row.applicant}</span></label></li>`)}</ul>
    ${blocked()}</section>`;
}

function blocked(): TemplateResult | typeof nothing {
  const rows = state.fileable?.blocked ?? [];
  if (rows.length === 0) return nothing;
  return html`<h2 class="warn">▲ ${say('blockedN', { n: rows.length })}</h2><p>${say('blockedText')}</p>
    <ul class="rows">${rows.map((one) => html`${caseRow(one.case, (number) => void showCase(number))}
      <li class="reasons"><ul>${one.reasons.map((reason) => html`<li>${reason}</li>`)}</ul></li>`)}</ul>`;
}

function filingForm(): TemplateResult {
  return html`<form class="inline" @submit=${submit((values) => void file(values))}>
    ${field('fonds', 'fonds', { required: false })}${field('category', 'category', { required: false })}
    <label class="field"><span>${say('retention')}</span><select name="retention">
      <option value="">${say('ofItem')}</option><option value="D30">${say('years', { n: 30 })}</option><option value="D10">${say('years', { n: 10 })}</option><option value="Y">${say('forever')}</option></select></label>
    ${field('unit', 'unit', { required: false })}
    <div class="buttons"><button class="primary">${say('fileSelected', { n: state.chosen.length })}</button>
      <button type="button" @click=${() => set({ form: undefined })}>${say('cancel')} <kbd>Esc</kbd></button></div></form>`;
}

function exportForm(): TemplateResult {
  if (state.destinations.length === 0) return html`<p class="warn">▲ ${say('noDestination')}</p>`;
  return html`<form class="inline" @submit=${submit((values) => void startExport(values))}>
    <label class="field"><span>${say('format')}</span><select name="format">${formats.map((format) => html`<option value=${format}>${sayToken('format', format)}</option>`)}</select></label>
    <label class="field"><span>${say('destination')}</span><select name="destination">${state.destinations.map((one) => html`<option value=${one.name}>${one.text}</option>`)}</select></label>
    ${state.chosen.length > 0 ? nothing : html`<div class="abreast">${field('from', 'from', { type: 'date', value: `${hallDate().slice(0, 8)}01` })}${field('to', 'to', { type: 'date', value: hallDate() })}</div>`}
    ${field('split', 'splitSize', { type: 'number', required: false })}
    <div class="buttons"><button class="primary">${say('exportStart')}</button></div></form>`;
}

function exportRow(job: Api.Export): TemplateResult {
  const word = job.state === 'running' ? 'running' : job.state;
  return html`<li class="job"><b>${sayToken('format', job.format)}</b> → ${job.destination} · ${showDate(job.started_at)}
    <span class=${job.state === 'failed' ? 'wrong' : job.state === 'done' ? 'good' : ''}>${job.state === 'failed' ? '✗' : job.state === 'done' ? '✓' : '◐'} ${say(word)} ${job.cases_done}/${job.cases}</span>
    ${job.state === 'running' ? html`<progress max="100" value=${state.progress[job.id] ?? 0} aria-label=${say('running')}></progress> ${state.progress[job.id] ?? 0}%` : nothing}
    ${job.problem ? html`<p class="wrong">${sentences([pair(job.problem.title, job.problem.detail), job.problem.hint])}</p>` : nothing}
    ${job.files.map((one) => html`<p class="muted digest">${one.name} · ${(one.bytes / 1e6).toFixed(1)} MB · ${one.sha256}</p>`)}
    ${job.state !== 'done' ? nothing : job.receipt ? html`<p class="good">✓ ${say('receivedBy')} ${job.receipt.by} ${showDate(job.receipt.at)}</p>`
      : html`<form class="inline steady" @submit=${submit((values) => void received(job.id, values['by'] ?? ''))}>${field('by', 'receivedBy')}<div class="buttons"><button>${say('noteReceipt')}</button></div></form>`}</li>`;
}

function bundles(): TemplateResult {
  return html`<section class="column panel" aria-label=${say('exports')} tabindex="0">
    ${state.form === 'file' ? filingForm() : nothing}
    <h2>${say('exports')}</h2>
    ${state.form === 'export' ? exportForm() : nothing}
    ${state.exports.length === 0 ? html`<p class="empty">${say('noExports')}</p>` : nothing}
    <ul class="jobs">${state.exports.map(exportRow)}</ul>
    <p class="hint">${state.box === undefined ? say('boxScan') : say('boxSet', { n: state.box })}</p></section>`;
}

function band(): Band {
  const ready = state.fileable?.ready.length ?? 0;
  const blocked = state.fileable?.blocked.length ?? 0;
  const hint = ready > 0 && state.chosen.length === 0 ? say('fileHint') : '';
  const text = [blocked > 0 ? say('blockedN', { n: blocked }) : '', say('filedN', { n: state.fileable?.filed_today ?? 0 }), hint].filter(Boolean).join(' · ');
  if (ready === 0) return { tone: 'idle', symbol: '◎', title: say('allFiled'), text };
  return { tone: blocked > 0 ? 'warn' : 'good', symbol: blocked > 0 ? '▲' : '✓', title: say('canFile', { n: ready }), text };
}

function actions(): Action[] {
  return [
    { id: 'all', label: say('selectAll'), key: '', run: chooseAll, enabled: (state.fileable?.ready.length ?? 0) > 0, hidden: true },
    { id: 'find', label: say('find'), key: 'Ctrl+K', run: () => set({ screen: 'lookup', shown: undefined }), enabled: true },
    { id: 'export', label: say(state.chosen.length > 0 ? 'exportNew' : 'exportPeriod'), key: 'F9', run: () => set({ form: state.form === 'export' ? undefined : 'export' }), enabled: true },
    { id: 'file', label: state.chosen.length > 0 ? say('fileSelected', { n: state.chosen.length }) : say('fileNone'), key: 'Ctrl+Enter', run: () => set({ form: 'file' }), enabled: state.chosen.length > 0, right: true, main: true },
  ];
}

export const archive: ScreenView = { band, actions, work: () => html`<div class="columns two">${ready()}${bundles()}</div>` };
