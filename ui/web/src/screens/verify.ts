/* SPDX-License-Identifier: Apache-2.0
 *
 * ⑤ 核查: is everything of a period here and unaltered, and how do we know.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type * as Api from '../api-types.ts';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';
import { field, figure, submit } from '../parts.ts';
import { attempt, command, hallDate, refreshAll, set, showCase, state } from '../store.ts';
import { joinNames, pair, say, sayToken, sentences, shortNumber, showDate } from '../words.ts';
import type { ScreenView } from './screen.ts';

async function run(values: Record<string, string>): Promise<void> {
  const body = { from: values['from'], to: values['to'], level: values['level'],
    ...(values['seed'] ? { sample: { percent: Number(values['percent']), seed: values['seed'] } } : {}) };
  const audit = await attempt(() => command<Api.Audit>('POST', '/audits', body));
  if (audit) set({ audit });
}

function runForm(): TemplateResult {
  return html`<section class="column panel" aria-label=${say('verifyReady')} tabindex="0"><h2>${say('verifyReady')}</h2>
    <form id="audit" @submit=${submit((values) => void run(values))}>
      <div class="abreast">${field('from', 'from', { type: 'date', value: `${hallDate().slice(0, 8)}01` })}${field('to', 'to', { type: 'date', value: hallDate() })}</div>
      <div class="abreast"><label class="field"><span>${say('level')}</span><select name="level"><option value="full">${say('full')}</option><option value="quick">${say('quick')}</option></select></label>
      ${field('percent', 'percent', { type: 'number', value: '5', required: false })}</div>
      ${field('seed', 'seed', { required: false })}
      <div class="buttons"><button>${say('runAudit')} <kbd>F9</kbd></button></div></form>
    <p class="hint">${say('compare')}</p>
    ${state.comparison ? html`<p class=${state.comparison.same ? 'good' : 'wrong'}>${state.comparison.same ? '✓' : '✗'} ${pair(`${state.comparison.date} ${say('window', { n: state.comparison.window })}`, state.comparison.text)}</p>` : nothing}
    <h2>${say('bundleVerify')}</h2><p>${say('bundleVerifyText')}</p>
    ${state.bundles.length > 0 ? bundleForm() : html`<p class="empty">${say('bundleNone')}</p>`}
  </section>`;
}

async function judge(values: Record<string, string>): Promise<void> {
  const body = { name: values['bundle'], level: values['bundle-level'], ...(values['vkey']?.trim() ? { vkey: values['vkey'].trim() } : {}) };
  const verification = await attempt(() => command<Api.Verification>('POST', '/verifications', body));
  if (!verification) return;
  set({ verification });
  await refreshAll();
}

function bundleForm(): TemplateResult {
  return html`<form id="bundle" @submit=${submit((values) => void judge(values))}>
    <label class="field"><span>${say('bundle')}</span><select name="bundle">${state.bundles.map((name) => html`<option value=${name}>${name}</option>`)}</select></label>
    <label class="field"><span>${say('level')}</span><select name="bundle-level"><option value="full">${say('full')}</option><option value="quick">${say('quick')}</option></select></label>
    ${field('vkey', 'bundleKey', { required: false })}
    <div class="buttons"><button>${say('bundleRun')}</button></div></form>`;
}

function progress(done: number): TemplateResult {
  return html`<p><progress max="100" value=${done} aria-label=${say('running')}></progress> ${done}%</p>`;
}

function judgement(one: Api.Verification): TemplateResult {
  const good = one.state === 'done' && one.valid;
  return html`<section class="verification" aria-label=${say('bundleVerify')}><h2>${one.name}</h2>
    ${one.state === 'running' ? progress(state.progress[one.id] ?? one.done)
      : one.problem ? html`<p class="wrong">✗ ${sentences([pair(one.problem.title, one.problem.detail), one.problem.hint])}</p>`
      : html`<p class=${good ? 'good' : 'wrong'}>${good ? '✓' : '✗'} ${good ? say('bundleGood') : say('bundleBad', { n: one.errors })} · ${sayToken('proofs', one.proofs)}</p>
        <p class="muted">${say('bundleSum', { f: one.files, m: (one.bytes / 1e6).toFixed(1), w: one.warnings })} · ${showDate(one.started_at)}</p>`}
    <ul class="findings">${one.findings.map((found) => html`<li class=${found.severity === 'error' ? 'wrong' : 'warn'}>${found.severity === 'error' ? '✗' : '▲'} ${found.code} ${found.path} ${found.text}</li>`)}</ul></section>`;
}

function windowRow(row: Api.Audit['windows'][number]): TemplateResult {
  const bad = row.missing.length > 0;
  return html`<li class=${bad ? 'wrong' : ''}>${bad ? '✗' : '✓'} ${say('windowRange', { w: row.window, a: row.first, b: row.last })}
    ${bad ? say('gapsAt', { l: joinNames(row.missing.map(String)) }) : say('continuous')}${row.void.length > 0 ? ` · ${say('voidsAt', { n: row.void.length })}` : ''}</li>`;
}

function journal(audit: Api.Audit): TemplateResult {
  const good = audit.journal.good;
  return html`<h3>${say('journal')}</h3>
    <p class=${good ? 'good' : 'wrong'}>${good ? '✓' : '✗'} ${say(good ? 'journalGood' : 'journalBad', { n: audit.journal.records })}
      ${audit.journal.signed_at ? ` · ${say('signedAt', { t: showDate(audit.journal.signed_at) })}` : ''}</p>
    <p class="digest muted">${audit.journal.root}</p>`;
}

function findings(audit: Api.Audit): TemplateResult {
  return html`<h3>${say('findings')}</h3>
    ${audit.findings.length === 0 ? html`<p class="good">✓ ${say('noFindings')}</p>` : nothing}
    <ul class="findings">${audit.findings.map((one) => html`<li class=${one.severity === 'error' ? 'wrong' : 'warn'}>${one.severity === 'error' ? '✗' : '▲'} ${one.text}
      ${one.case ? html`<button class="link" @click=${() => one.case && void showCase(one.case)}>${shortNumber(one.case)}</button>` : nothing}</li>`)}</ul>`;
}

function result(audit: Api.Audit): TemplateResult {
  const f = audit.figures;
  return html`<dl class="figures">${figure('casesN', f.cases)}${figure('documents', f.documents)}${figure('pagesN', f.pages)}
      ${figure('blanksN', f.blanks)}${figure('gaps', f.gaps, f.gaps > 0)}${figure('lateN', f.late, f.late > 0)}${figure('altered', f.altered, f.altered > 0)}</dl>
    ${findings(audit)}
    ${audit.sample.length > 0 ? html`<p>${say('sampleRow', { n: audit.sample.length, g: audit.sample.filter((one) => one.good).length })}</p>` : nothing}
    <h3>${say('numbersRow')}</h3><ul class="plain">${audit.windows.map(windowRow)}</ul>
    <h3>${say('days')}</h3><ul class="tiles">${audit.days.map((day) => html`<li class=${day.good ? '' : 'wrong'}>${day.date.slice(5)} ${day.closed ? (day.good ? '✓' : '✗') : '○'}
      <small>${day.root ? day.root.slice(0, 8) : say('dayOpen')}</small></li>`)}</ul>
    ${journal(audit)}`;
}

function outcome(): TemplateResult {
  const audit = state.audit;
  return html`<section class="column panel" aria-label=${say('verify')} tabindex="0">
    ${state.verification ? judgement(state.verification) : nothing}
    ${!audit ? html`<p class="empty">${say('auditFirst')}</p>` : html`<h2>${audit.from} … ${audit.to}</h2>
      ${audit.state === 'running' ? progress(audit.done) : result(audit)}`}</section>`;
}

/* What was asked for last is what the band speaks of. */
function bundleBand(one: Api.Verification): Band {
  if (one.state === 'running') return { tone: 'busy', symbol: '▶', title: say('running'), text: `${one.name} · ${state.progress[one.id] ?? one.done}%` };
  const text = `${one.name} · ${sayToken('proofs', one.proofs)}`;
  if (one.state === 'done' && one.valid) return { tone: 'good', symbol: '✓', title: say('bundleGood'), text };
  return { tone: 'bad', symbol: '✗', title: one.problem ? one.problem.title : say('bundleBad', { n: one.errors }), text: one.problem ? one.name : text };
}

function band(): Band {
  const { audit, verification } = state;
  if (verification && (!audit || verification.started_at > audit.started_at)) return bundleBand(verification);
  if (!audit) return { tone: 'idle', symbol: '◎', title: say('verifyReady'), text: say('verifyReadyText') };
  if (audit.state === 'running') return { tone: 'busy', symbol: '▶', title: say('running'), text: `${audit.done}%` };
  const f = audit.figures;
  const text = say('verifySum', { c: f.cases, p: f.pages, g: f.gaps, a: f.altered, u: f.unverified });
  if (audit.complete && audit.findings.every((one) => one.severity !== 'error')) return { tone: 'good', symbol: '✓', title: say('verifyGood'), text };
  return { tone: 'bad', symbol: '✗', title: say('verifyBad', { n: audit.findings.length }), text };
}

function actions(): Action[] {
  const audit = state.audit;
  return [
    { id: 'find', label: say('find'), key: 'Ctrl+K', run: () => set({ screen: 'lookup', shown: undefined }), enabled: true },
    { id: 'report', label: say('report'), key: 'Ctrl+P', run: () => audit && window.open(`/api/v1/audits/${audit.id}/report`, '_blank', 'noopener'), enabled: audit?.state === 'done' },
    { id: 'run', label: say('runAudit'), key: 'F9', run: () => document.querySelector<HTMLFormElement>('#audit')?.requestSubmit(), enabled: audit?.state !== 'running', right: true, main: true },
  ];
}

export const verify: ScreenView = { band, actions, work: () => html`<div class="columns side">${runForm()}${outcome()}</div>` };
