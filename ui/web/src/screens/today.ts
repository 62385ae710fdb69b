/* SPDX-License-Identifier: Apache-2.0
 *
 * ① 今日: what is open, most urgent first; the day's figures; the tray; hand-over and day close.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type * as Api from '../api-types.ts';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';
import { caseRow, field, figure, submit, thumbnail } from '../parts.ts';
import { attempt, command, loadSession, log, openCase, refreshAll, set, show, state } from '../store.ts';
import { say } from '../words.ts';
import type { ScreenView } from './screen.ts';

async function handOver(values: Record<string, string>): Promise<void> {
  const done = await attempt(() => command<{ cases: number; sheets: number }>('POST', '/day/handover',
    { second: { who: values['who'], secret: values['secret'] }, print: true }));
  if (!done) return;
  set({ form: undefined });
  log(say('handedOver', { n: done.cases, s: done.sheets }));
  await refreshAll();
}

async function closeDay(second?: Api.Second): Promise<void> {
  const date = state.day?.date;
  if (!date) return;
  const again = state.ask?.command === 'day';
  const done = await attempt(() => command<{ day: Api.Day; ask: string | null }>('POST', '/day/close',
    { date, print: true, ...(again ? { again: true } : {}), ...(second ? { second, again: true } : {}) }));
  if (!done) return;
  set({ day: done.day, ask: done.ask ? { command: 'day', text: done.ask } : undefined, form: undefined });
  if (done.day.closed) log(say('dayClosed'));
}

function secondForm(text: string, run: (values: Record<string, string>) => void): TemplateResult {
  return html`<form class="inline" @submit=${submit((values, form) => { form.reset(); run(values); })}>
    <p>${text}</p>
    ${field('who', 'who')}${field('secret', 'pin', { type: 'password' })}
    <div class="buttons"><button class="primary">${say('confirm')}</button>
      <button type="button" @click=${() => set({ form: undefined })}>${say('cancel')} <kbd>Esc</kbd></button></div></form>`;
}

async function takeSeat(values: Record<string, string>): Promise<void> {
  const session = await attempt(() => command<Api.Session>('PATCH', '/session', { window: values['window'], post: values['post'] }));
  if (!session) return;
  set({ session, form: undefined });
  /* The stream of events stands where its screen stands. */
  await attempt(loadSession);
  await refreshAll();
}

function seatForm(): TemplateResult {
  const seat = state.session;
  return html`<form class="inline" @submit=${submit((values) => void takeSeat(values))}>
    <p>${say('seatText')}</p>
    <label class="field"><span>${say('windowCol')}</span><input name="window" required pattern="[0-9]{3}" maxlength="3" inputmode="numeric" autocomplete="off" .value=${seat?.window ?? ''}></label>
    <label class="field"><span>${say('post')}</span><select name="post"><option value="A" ?selected=${seat?.post === 'A'}>A</option><option value="B" ?selected=${seat?.post === 'B'}>B</option></select></label>
    <div class="buttons"><button class="primary">${say('confirm')}</button>
      <button type="button" @click=${() => set({ form: undefined })}>${say('cancel')} <kbd>Esc</kbd></button></div></form>`;
}

/* Somebody's first hour: where little is open there is room to say how it goes. */
const FEW = 3;

function howTo(): TemplateResult {
  return html`<section class="how"><h2>${say('howTitle')}</h2>
    <ol>${(['how1', 'how2', 'how3', 'how4', 'how5'] as const).map((word) => html`<li>${say(word)}</li>`)}</ol></section>`;
}

function openPanel(): TemplateResult {
  return html`<section class="column panel" aria-label=${say('myOpen')} tabindex="0">
    <h2>${say('myOpen')}</h2>
    ${state.open.length === 0 ? html`<p class="empty">${say('noOpen')}</p>` : nothing}
    <ul class="rows">${state.open.map((row) => caseRow(row, (number) => void openCase(number)))}</ul>
    ${state.open.length <= FEW ? howTo() : nothing}</section>`;
}

function figures(day: Api.Day): TemplateResult {
  const f = day.figures;
  return html`<dl class="figures">
    ${figure('received', f.received)}${figure('finishedN', f.finished)}${figure('acceptedN', f.accepted)}${figure('decidedN', f.decided)}
    ${figure('supplementN', f.supplement)}${figure('dueToday', f.due_today, f.due_today > 0)}${figure('lateN', f.late, f.late > 0)}
    ${figure('noReceiptN', f.receipts_missing, f.receipts_missing > 0)}${figure('sheetsN', f.sheets)}${figure('pagesN', f.pages)}</dl>`;
}

function placeForm(stack: Api.Stack): TemplateResult {
  return html`<form class="inline" @submit=${submit((values) => void (async () => {
    const change = await attempt(() => command<Api.CaseChange>('POST', `/tray/${stack.id}/place`, { case: (values['case'] ?? '').replaceAll('-', '') }));
    if (!change) return;
    set({ form: undefined });
    log(change.said);
    await refreshAll();
  })())}>${field('case', 'caseNumber', { value: stack.suggestion ?? '' })}
    <div class="buttons"><button class="primary">${say('placeIn')}</button></div></form>`;
}

function tray(): TemplateResult {
  const stacks = state.tray?.stacks ?? [];
  return html`<h2>${say('tray')}${stacks.length > 0 ? html` <span class="count">${stacks.length}</span>` : nothing}</h2>
    ${stacks.length === 0 ? html`<p class="empty">${say('trayEmpty')}</p>` : html`<p>${say('trayText')}</p>`}
    ${stacks.map((stack) => html`<div class="stack"><p>${stack.reason}</p>
      <div class="thumbs">${stack.sides.slice(0, 6).map((side) => thumbnail(side, false, () => undefined))}</div>
      <button aria-expanded=${state.form === `place ${stack.id}`} @click=${() => set({ form: `place ${stack.id}` })}>${say('placeIn')}</button>
      ${state.form === `place ${stack.id}` ? placeForm(stack) : nothing}</div>`)}`;
}

function dayPanel(): TemplateResult {
  const day = state.day;
  const needsSecond = state.ask?.command === 'day';
  return html`<section class="column panel" aria-label=${say('figures')} tabindex="0">
    ${needsSecond ? secondForm(say('secondSupervisor'), (values) => void closeDay({ who: values['who'] ?? '', secret: values['secret'] ?? '' })) : nothing}
    ${state.form === 'handover' ? secondForm(say('handoverText'), (values) => void handOver(values)) : nothing}
    ${state.form === 'seat' ? seatForm() : nothing}
    <h2>${say('figures')}</h2>
    ${day ? figures(day) : nothing}
    ${tray()}
    <h2>${say('dayClose')}</h2>
    ${day && day.left.length > 0 ? html`<p class="warn">▲ ${say('dayLeft', { n: day.left.length })}</p>
      <ul class="left">${day.left.map((one) => html`<li>${one.case
        ? html`<button class="link" @click=${() => one.case && void openCase(one.case)}>${one.text}</button>` : one.text}</li>`)}</ul>`
      : html`<p>${say(day?.closed ? 'dayClosed' : 'dayNothing')}</p>`}
    </section>`;
}

function band(): Band {
  const late = state.day?.figures.late ?? 0;
  if (late > 0) return { tone: 'bad', symbol: '■', title: say('boardLate', { n: late }), text: say('readyText') };
  return { tone: 'idle', symbol: '◎', title: say('ready'), text: say('readyText') };
}

function actions(): Action[] {
  return [
    { id: 'new', label: say('newCase'), key: 'F9', run: () => show('intake'), enabled: true, right: true, main: true },
    { id: 'find', label: say('find'), key: 'Ctrl+K', run: () => show('lookup'), enabled: true },
    { id: 'handover', label: say('handover'), key: '', run: () => set({ form: state.form === 'handover' ? undefined : 'handover' }), enabled: state.open.length > 0 },
    { id: 'seat', label: say('seatChange'), key: '', run: () => set({ form: state.form === 'seat' ? undefined : 'seat' }), enabled: true },
    { id: 'close', label: say('dayClose'), key: 'Ctrl+Enter', run: () => void closeDay(), enabled: !!state.day && !state.day.closed },
  ];
}

export const today: ScreenView = { band, actions, work: () => html`<div class="columns two">${openPanel()}${dayPanel()}</div>` };
