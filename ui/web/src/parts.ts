/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces that several screens show: rows of cases, thumbnails, the large page, small forms.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type * as Api from './api-types.ts';
import { showKey, type Action } from './keys.ts';
import type { Looked } from './store.ts';
import { pair, say, sayToken, shortNumber, type Word } from './words.ts';

export const lampSymbols: Record<Api.Lamp, string> = {
  'not-started': '○', green: '●', yellow: '▲', red: '■', paused: '◇', none: '✓',
};

export function lamp(kind: Api.Lamp): TemplateResult {
  return html`<span class="lamp lamp-${kind}"><span aria-hidden="true">${lampSymbols[kind]}</span> ${sayToken('lamp', kind)}</span>`;
}

export function timeLeft(deadline: Api.Deadline): string {
  if (deadline.left === null) return '';
  const unit = sayToken('unit', deadline.unit);
  const days = deadline.unit === 'working-day' || deadline.unit === 'calendar-day';
  const text = deadline.left === 0 && days ? say('leftToday') : say(deadline.left < 0 ? 'late' : 'left', { n: Math.abs(deadline.left), u: unit });
  return deadline.estimated ? `${text} (${say('estimated')})` : text;
}

export function stateOf(row: Api.CaseRow | Api.Case): string {
  if (row.parked) return say('parked');
  return sayToken('state', row.state);
}

export function caseRow(row: Api.CaseRow, open: (number: string) => void): TemplateResult {
  return html`<li><button class="row" @click=${() => open(row.number)}>
    <span class="row-lamp">${lamp(row.deadline.lamp)}</span>
    <span class="row-number">${shortNumber(row.number)}</span>
    <span class="row-name">${row.item} · ${row.applicant}</span>
    <span class="row-state">${stateOf(row)}${row.missing > 0 ? html` · <b class="wrong">✗ ${say('missing', { n: row.missing })}</b>` : nothing}</span>
    <span class="row-left">${timeLeft(row.deadline)}</span>
  </button></li>`;
}

export function imageUrl(side: Api.Side, size: 'thumbnail' | 'view'): string {
  return `/api/v1/sides/${side.id}/${size}?turn=${side.turn}`;
}

export function sideName(side: Api.Side): string {
  if (side.page !== null) return say('page', { n: side.page });
  return say('sheetSide', { n: side.sheet, s: say(side.side === 'a' ? 'front' : 'back') });
}

function sideWord(side: Api.Side): string {
  if (side.state === 'void') return say('voided');
  if (side.state === 'unread') return say('unread');
  return side.blank ? say('blank') : '';
}

/* What a page carries while it is dragged: its name, for lines of the checklist alone. */
export const SIDE_TYPE = 'application/x-anjuan-side';

function drag(event: DragEvent, side: Api.Side): void {
  event.dataTransfer?.setData(SIDE_TYPE, side.id);
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
}

export function thumbnail(side: Api.Side, chosen: boolean, choose: (id: string) => void): TemplateResult {
  const word = sideWord(side);
  const review = side.reviews.find((one) => one.fact !== 'blank');
  return html`${guard([side, chosen, word], () => html`<button class="thumb ${side.state === 'void' ? 'is-void' : ''} ${side.blank ? 'is-blank' : ''}"
      aria-pressed=${chosen} id="side-${side.id}" draggable="true" @dragstart=${(event: DragEvent) => drag(event, side)} @click=${() => choose(side.id)}
      aria-label="${sideName(side)}${word ? ` · ${word}` : ''}${review ? ` · ${review.text}` : ''}">
    <img src=${imageUrl(side, 'thumbnail')} alt="" draggable="false" width="84" height="118" loading="lazy" decoding="async">
    <span class="thumb-label">${review ? html`<b class="warn">⚠</b> ` : nothing}${side.page ?? word}</span>
  </button>`)}`;
}

/* The last ones are of tiles, from a part of the app that is fetched then. */
export const zooms = 5;
const factors = [1, 1, 1.5, 2, 3, 4];
const DEEP = 2;

/* + − 0 in the page itself. */
function zoomKeys(zoomBy: (by: number) => void): (event: KeyboardEvent) => void {
  const by: Record<string, number> = { '+': 1, '=': 1, '-': -1, '0': -zooms };
  return (event) => {
    const step = event.ctrlKey || event.altKey ? undefined : by[event.key];
    if (step === undefined) return;
    event.preventDefault();
    zoomBy(step);
  };
}

export function bigPage(side: Api.Side, zoom: number, zoomBy: (by: number) => void, hurrying = false): TemplateResult {
  if (zoom >= DEEP) {
    void import('./zoom.ts');
    return html`<deep-zoom class="paper" tabindex="0" role="group" aria-label=${sideName(side)} side=${side.id} turn=${side.turn}
      factor=${factors[zoom] ?? 1} @keydown=${zoomKeys(zoomBy)}></deep-zoom>`;
  }
  return html`<div class="paper zoom-${zoom}" tabindex="0" role="group" aria-label=${sideName(side)} @keydown=${zoomKeys(zoomBy)}>
    <img src=${imageUrl(side, hurrying ? 'thumbnail' : 'view')} alt=${sideName(side)} decoding="async"></div>`;
}

/* A paper as it is printed, in the place of the large page; `print` is what issues a preview. */
export function paperView(paper: Looked, close: () => void, print?: Action): TemplateResult {
  return html`<section class="column viewer" aria-label=${paper.title} tabindex="0">
    <div class="tools"><b>${paper.preview ? pair(say('preview'), paper.title) : paper.title}</b><button @click=${close}>${say('close')} <kbd>Esc</kbd></button>
      ${paper.preview ? print ? html`<button @click=${print.run}>${print.label} <kbd>${showKey(print.key)}</kbd></button>` : nothing
        : html`<a class="button" href=${paper.address} target="_blank" rel="noopener">PDF</a>`}</div>
    ${paper.unprinted ? html`<p class="warn">▲ ${say('notPrinted')}</p>` : nothing}
    <iframe class="sheet" src="${paper.address}#toolbar=0&navpanes=0" title=${paper.title}></iframe></section>`;
}

export function issuedPaper(of: Api.Case, one: Api.Document): Looked {
  return { address: `/api/v1/cases/${of.number}/documents/${one.number}/pdf`, title: one.title };
}

/* Papers that the window issued for the case, each to be looked at. */
export function issuedPapers(of: Api.Case, open: (paper: Looked) => void): TemplateResult | typeof nothing {
  const papers = of.documents.filter((one) => one.family !== 'A' && one.state !== 'void');
  if (papers.length === 0) return nothing;
  return html`<h3>${say('issuedPapers')}</h3><ul class="plain">${papers.map((one) => html`<li><button class="link"
    @click=${() => open(issuedPaper(of, one))}>${one.title}</button>
    <span class="muted">${one.paper_number ?? ''}</span></li>`)}</ul>`;
}

export function sideFacts(side: Api.Side): string {
  return `${sideName(side)} · ${side.dpi} dpi ${sayToken('mode', side.mode)} · ${side.state === 'stored' ? say('stored') : sideWord(side)}`;
}

export interface FieldOptions {
  type?: string;
  value?: string;
  complete?: string;
  required?: boolean;
  list?: string;
}

export function field(name: string, word: Word, options: FieldOptions = {}): TemplateResult {
  return html`<label class="field"><span>${say(word)}</span>
    <input name=${name} type=${options.type ?? 'text'} .value=${options.value ?? ''} autocomplete=${options.complete ?? 'off'}
      ?required=${options.required ?? true}></label>`;
}

/* The values of a small form as it is sent. */
export function submit(take: (values: Record<string, string>, form: HTMLFormElement) => void): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const values: Record<string, string> = {};
    new FormData(form).forEach((value, name) => { values[name] = String(value); });
    take(values, form);
  };
}

export function figure(word: Word, value: number | string, bad = false): TemplateResult {
  return html`<div class="figure"><dt>${say(word)}</dt><dd class=${bad ? 'wrong' : ''}>${bad ? '▲ ' : ''}${value}</dd></div>`;
}

export { shortNumber };
