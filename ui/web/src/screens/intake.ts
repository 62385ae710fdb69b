/* SPDX-License-Identifier: Apache-2.0
 *
 * ② 收件: a checklist that fills itself, the pages as they come, one page large.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type * as Api from '../api-types.ts';
import { act, finish, focusSettle, isScanning, hasFault, newCase, nextSlot, park, previewPaper, printPaper, rescan, sideAct, startScan, scanAct, tellSigned } from '../casework.ts';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';
import { SIDE_TYPE, bigPage, field, issuedPapers, lamp, paperView, sideFacts, sideName, stateOf, submit, thumbnail, timeLeft, zooms } from '../parts.ts';
import { set, state } from '../store.ts';
import { capital, joinNames, say, sayToken, showNumber, type Word } from '../words.ts';
import type { ScreenView } from './screen.ts';
import { settleCard, settleTasks } from './settle.ts';

const slotSymbols: Record<Api.SlotState, string> = {
  complete: '✓', missing: '✗', wrong: '✗', exempt: '–', later: '◷', promised: '◷', na: '–', person: '?',
};

/* ---- choosing what to receive --------------------------------------------------------------- */

function openingForm(item: Api.ItemRow): TemplateResult {
  return html`<section class="panel narrow" aria-label=${say('newCase')}>
    <h2>${item.name}</h2>
    <p>${item.department} · ${say('slotCount', { n: item.slots })}${item.promised_days === null ? nothing : html` · ${say('promised', { n: item.promised_days })}`}</p>
    <form @submit=${submit((values) => void newCase(values['applicant'] ?? '', values['phone'] ?? ''))}>
      <label class="field"><span>${say('applicant')}</span>
        <input name="applicant" autocomplete="off" required class="autofocus"></label>
      ${field('phone', 'phone', { required: false })}
      <div class="buttons"><button class="primary">${say('openCase')} <kbd>↵</kbd></button>
        <button type="button" @click=${() => set({ opening: undefined })}>${say('cancel')} <kbd>Esc</kbd></button></div>
    </form></section>`;
}

function itemList(): TemplateResult {
  const query = state.itemQuery.trim().toLowerCase();
  const items = state.items.filter((item) => !query || item.name.toLowerCase().includes(query) || item.number.includes(query));
  return html`<section class="panel" aria-label=${say('chooseItem')} tabindex="0">
    <form @submit=${submit(() => items[0] && set({ opening: items[0] }))}><label class="field"><span>${say('itemSearch')}</span>
      <input name="item" type="search" class="autofocus" autocomplete="off" .value=${state.itemQuery}
        @input=${(event: Event) => set({ itemQuery: (event.target as HTMLInputElement).value })}></label></form>
    ${items.length === 0 && query ? html`<p class="empty">${say('itemNone')}</p>` : nothing}
    <ul class="rows">${items.map((item) => html`<li><button class="row" @click=${() => set({ opening: item })}>
      <span class="row-number">${item.number}</span><span class="row-name">${item.name}</span>
      <span class="row-state">${item.department}</span>
      <span class="row-left">${item.promised_days === null ? '' : say('promised', { n: item.promised_days })}</span>
    </button></li>`)}</ul></section>`;
}

/* ---- checklist --------------------------------------------------------------------------------- */

function slotWord(line: Api.CheckLine, receiving: boolean): TemplateResult {
  if (receiving) return html`<span class="slot-state busy">◀ ${say('receiving')}</span>`;
  if (line.state === 'complete') return html`<span class="slot-state good">✓ ${say('slotPages', { n: line.pages })}</span>`;
  if (line.state === 'missing' && line.need === 'optional') return html`<span class="slot-state">${say('s_optional')}</span>`;
  const bad = line.state === 'missing' || line.state === 'wrong';
  return html`<span class="slot-state ${bad ? 'wrong' : line.state === 'person' ? 'warn' : ''}">${slotSymbols[line.state]} ${sayToken('s', line.state)}</span>`;
}

function chooseSlot(line: Api.CheckLine): void {
  const side = selectedSide();
  if (state.moving && side) {
    set({ moving: false });
    void sideAct(side.id, { act: 'move', slot: line.code });
    return;
  }
  set({ slot: state.slot === line.code ? undefined : line.code });
}

/* Dragging a page onto a line is an extra to the keys and to the two clicks. */
function takesDrop(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes(SIDE_TYPE)) return;
  event.preventDefault();
  (event.currentTarget as HTMLElement).classList.add('is-target');
}

function endsDrop(event: DragEvent): void {
  (event.currentTarget as HTMLElement).classList.remove('is-target');
}

function dropOn(event: DragEvent, line: Api.CheckLine): void {
  const id = event.dataTransfer?.getData(SIDE_TYPE);
  endsDrop(event);
  if (!id) return;
  event.preventDefault();
  set({ moving: false });
  void sideAct(id, { act: 'move', slot: line.code });
}

/* A person's decision about one line needs a reason, and a date where something comes later. */
function decide(line: Api.CheckLine, what: 'exempt' | 'later' | 'na' | 'present'): void {
  set({ form: `slot ${line.code} ${what}` });
}

function decisionForm(line: Api.CheckLine, what: string): TemplateResult {
  const words: Record<string, Word> = { exempt: 'setExempt', later: 'setLater', na: 'setNa', present: 'setPresent' };
  return html`<form class="inline" @submit=${submit((values) => {
    set({ form: undefined });
    void act({ act: 'slot', slot: line.code, state: what as 'exempt', reason: values['reason'] ?? '', ...(values['until'] ? { until: values['until'] } : {}) });
  })}>
    <b>${say(words[what] ?? 'confirm')}</b>
    ${field('reason', 'reason')}
    ${what === 'later' ? field('until', 'until', { type: 'date' }) : nothing}
    <div class="buttons"><button class="primary">${say('confirm')}</button>
      <button type="button" @click=${() => set({ form: undefined })}>${say('cancel')}</button></div></form>`;
}

function slotDetail(line: Api.CheckLine): TemplateResult {
  const form = /^slot (\S+) (\S+)$/.exec(state.form ?? '');
  return html`<div class="slot-detail">
    ${line.detail && line.defects.length === 0 ? html`<p>${line.detail}</p>` : nothing}
    ${line.defects.map((defect) => html`<p class="wrong">✗ ${defect.text}</p>`)}
    <div class="buttons">${line.ticks.map((tick) => html`<button aria-pressed=${tick.done}
      @click=${() => void act({ act: 'tick', slot: line.code, tick: tick.tick, done: !tick.done })}>${tick.done ? '☑' : '☐'} ${sayToken('tick', tick.tick)}</button>`)}
      <button @click=${() => void act({ act: 'open-slot', slot: line.code })}>${say('openSlot')}</button>
      ${line.state === 'missing' || line.state === 'person' ? html`
        <button @click=${() => decide(line, 'exempt')}>${say('setExempt')}</button>
        <button @click=${() => decide(line, 'later')}>${say('setLater')}</button>
        ${line.promisable && line.state === 'missing' ? html`<button @click=${() => void act({ act: 'slot', slot: line.code, state: 'promised' })}>${say('setPromised')}</button>` : nothing}
        <button @click=${() => decide(line, 'present')}>${say('setPresent')}</button>
        ${line.need === 'conditional' ? html`<button @click=${() => decide(line, 'na')}>${say('setNa')}</button>` : nothing}` : nothing}
      ${['exempt', 'later', 'na', 'promised'].includes(line.state) || (line.promisable && line.state === 'person')
        ? html`<button @click=${() => void act({ act: 'slot', slot: line.code, state: 'none' })}>${say('setNone')}</button>` : nothing}
    </div>
    ${form && form[1] === line.code && form[2] ? decisionForm(line, form[2]) : nothing}
  </div>`;
}

function checklist(current: Api.Case): TemplateResult {
  return html`<section class="column slots" aria-label=${say('checklist')} tabindex="0">
    <h2>${say('checklist')}</h2>
    ${state.moving ? html`<p class="hint">${say('moveHere')} ${say('dragHere')}</p>` : nothing}
    <ol>${current.check.slots.map((line, at) => {
      const receiving = isScanning() && current.open_slot === line.code;
      return html`<li class=${current.open_slot === line.code ? 'is-open' : ''}>
        <button class="slot" aria-expanded=${state.slot === line.code} @click=${() => chooseSlot(line)}
          @dragover=${takesDrop} @dragleave=${endsDrop} @drop=${(event: DragEvent) => dropOn(event, line)}>
          <span class="slot-number">${current.open_slot === line.code ? '▶' : ''}${at + 1}</span>
          <span class="slot-name">${line.name}</span>${slotWord(line, receiving)}</button>
        ${state.slot === line.code ? slotDetail(line) : nothing}</li>`;
    })}</ol>
    ${issuedPapers(current, (paper) => set({ paper, viewing: true }))}</section>`;
}

/* ---- pages ----------------------------------------------------------------------------------- */

function groupName(current: Api.Case, document: Api.Document | undefined, slot: string | null): string {
  const at = current.check.slots.findIndex((line) => line.code === (document?.code ?? slot));
  const line = current.check.slots[at];
  return line ? `${at + 1} ${line.name}` : document?.title ?? say('unplacedPages');
}

interface Group {
  key: string;
  name: string;
  sides: Api.Side[];
}

function groups(current: Api.Case): Group[] {
  const byKey = new Map<string, Group>();
  for (const side of current.sides) {
    const document = current.documents.find((one) => one.number === side.document);
    const key = side.document !== null ? `d${side.document}` : `s${side.slot ?? ''}`;
    const group = byKey.get(key);
    if (group) group.sides.push(side);
    else byKey.set(key, { key, name: groupName(current, document, side.slot), sides: [side] });
  }
  return [...byKey.values()];
}

function choose(id: string): void {
  set({ selected: id, zoom: 0, hurrying: false, paper: undefined, viewing: true });
}

/* A blank back is greyed where it stands; that is all it needs. */
function isOdd(side: Api.Side): boolean {
  return side.state !== 'void' && side.reviews.some((review) => review.fact !== 'blank');
}

function toLookAt(current: Api.Case): Api.Side[] {
  return current.sides.filter(isOdd);
}

/* One thing at a time: while the list waits for answers the odd pages are one line. */
function reviewCards(current: Api.Case, brief: boolean): TemplateResult | typeof nothing {
  const sides = toLookAt(current);
  if (sides.length === 0) return nothing;
  if (brief) return html`<div class="reviews brief" role="group" aria-label=${say('toSee', { n: sides.length })}>
    <b class="warn">⚠ ${say('toSee', { n: sides.length })}</b> ${sides.slice(0, 3).map((side) => html`<button class="link" @click=${() => choose(side.id)}>${sideName(side)}</button>`)}</div>`;
  return html`<div class="reviews" role="group" aria-label=${say('toSee', { n: sides.length })}>
    <b class="warn">⚠ ${say('toSee', { n: sides.length })}</b>
    ${sides.slice(0, 3).map((side) => html`<div class="review">
      <button class="link" @click=${() => choose(side.id)}>${sideName(side)}</button> ${side.reviews.find((review) => review.fact !== 'blank')?.text}
      <button @click=${() => void sideAct(side.id, { act: 'good' })}>${say('good')}</button>
      <button @click=${() => { choose(side.id); void rescan(); }}>${say('rescan')}</button></div>`)}
  </div>`;
}

function strip(current: Api.Case): TemplateResult {
  const scanning = isScanning() || hasFault();
  return html`<section class="column strip" aria-label=${say('pages')} tabindex="0">
    <h2>${say('pages')} <small>${say('pagesHint')}</small></h2>
    <div class="scroll follow" tabindex="0" role="group" aria-label=${say('pages')}>
      ${current.sides.length === 0 ? html`<p class="empty">${say('noPages')}</p>` : nothing}
      ${repeat(groups(current), (group) => group.key, (group) => html`<h3>${group.name}</h3>
        <div class="thumbs">${repeat(group.sides, (side) => side.id,
          (side) => thumbnail(side, side.id === selectedSide()?.id, choose))}</div>`)}
    </div>
    ${scanning ? nothing : settleCard(current)}
    ${reviewCards(current, !scanning && settleTasks(current).length > 0)}</section>`;
}

/* The chosen side; where none is, the newest that carries a page. */
function selectedSide(): Api.Side | undefined {
  const sides = state.case?.sides ?? [];
  return sides.find((side) => side.id === state.selected) ?? [...sides].reverse().find((side) => !side.blank) ?? sides[0];
}

function turn(by: 90 | 270): void {
  const side = selectedSide();
  if (side) void sideAct(side.id, { act: 'turn', turn: by });
}

function viewer(current: Api.Case): TemplateResult {
  if (state.paper) return paperView(state.paper, () => set({ paper: undefined, viewing: false }), printAction(current));
  const side = selectedSide();
  if (!side) return html`<section class="column viewer" aria-label=${say('viewer')} tabindex="0"><h2>${say('viewer')}</h2><p class="empty">${say('noPage')}</p></section>`;
  const zoom = (by: number) => set({ zoom: Math.min(zooms, Math.max(0, state.zoom + by)) });
  return html`<section class="column viewer" aria-label=${say('viewer')} tabindex="0">
    <div class="tools">
      <button class="narrow-only" @click=${() => set({ viewing: false })}>${say('allPages')}</button>
      <button @click=${() => turn(270)}>${say('turnLeft')}</button>
      <button @click=${() => turn(90)}>${say('turnRight')}</button>
      <button @click=${() => void rescan()}>${say('rescan')}</button>
      <button aria-pressed=${state.moving} @click=${() => set({ moving: !state.moving, form: undefined })}>${say('moveTo')}</button>
      <button @click=${() => void sideAct(side.id, { act: 'split' })}>${say('split')}</button>
      ${side.state === 'void'
        ? html`<button @click=${() => void sideAct(side.id, { act: 'restore' })}>${say('restore')}</button>`
        : html`<button aria-expanded=${state.form === 'void'} @click=${() => set({ form: state.form === 'void' ? undefined : 'void' })}>${say('voidPage')}</button>`}
      <button aria-label=${say('zoomOut')} title=${say('zoomOut')} @click=${() => zoom(-1)}>−</button>
      <button aria-label=${say('zoomIn')} title=${say('zoomIn')} @click=${() => zoom(1)}>+</button>
    </div>
    ${state.form === 'void' ? html`<form class="inline" @submit=${submit((values) => {
      set({ form: undefined });
      void sideAct(side.id, { act: 'void', reason: values['reason'] ?? '' });
    })}>${field('reason', 'reason')}<div class="buttons"><button class="primary">${say('voidPage')}</button></div></form>` : nothing}
    ${bigPage(side, state.zoom, zoom, state.hurrying)}
    <p class="facts">${sideFacts(side)}</p></section>`;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

function head(current: Api.Case): TemplateResult {
  return html`<div class="case-head"><b>${showNumber(current.number)}</b> <span>${current.item.name}</span> <span>${current.applicant}</span>
    <label><span class="hidden">${say('kind')}</span><select @change=${(event: Event) => void act({ act: 'kind', kind: (event.target as HTMLSelectElement).value })}>
      ${current.kinds.map((kind) => html`<option value=${kind} ?selected=${kind === current.kind}>${sayToken('kind', kind)}</option>`)}</select></label>
    <span>${capital(stateOf(current))}</span>
    ${current.deadlines.filter((deadline) => deadline.lamp !== 'not-started').map((deadline) => html`<span class="deadline">${sayToken('purpose', deadline.purpose)} ${lamp(deadline.lamp)} ${timeLeft(deadline)}${deadline.silence ? `${say('inBrackets', { a: say('deemed') })}` : ''}</span>`)}
  </div>`;
}

/* One number for what waits for her: the tasks of the list. */
function toSettle(current: Api.Case): string {
  return say('settle', { n: settleTasks(current).length });
}

/* The notice is out, and nobody has said that the applicant has it. */
function mustTell(current: Api.Case): boolean {
  return current.state === 'supplement' && current.check.missing > 0 && current.next.includes('supplement');
}

function printAction(current: Api.Case): Action {
  const told = current.print === 'supplement';
  return { id: 'print', label: say(told ? 'notice' : 'print'), key: 'Ctrl+P', run: () => void printPaper(), enabled: current.print !== null,
    right: true, main: told && !current.finished && current.sides.length > 0 };
}

function band(): Band {
  const current = state.case;
  if (!current && state.opening) return { tone: 'idle', symbol: '◎', title: say('newCase'), text: say('typeName') };
  if (!current) return { tone: 'idle', symbol: '◎', title: say('chooseItem'), text: say('chooseItemText') };
  const lacking = current.check.slots.filter((line) => line.state === 'missing' || line.state === 'wrong').filter((line) => line.need !== 'optional');
  if (current.state === 'decided' || current.state === 'delivered' || current.state === 'filed')
    return { tone: 'good', symbol: '✓', title: stateOf(current), text: current.archive_number ?? '' };
  if (current.counts.difference) return { tone: 'bad', symbol: '■', title: say('countsOdd', { d: '' }), text: current.counts.difference };
  if (mustTell(current)) return { tone: 'warn', symbol: '◇', title: say('waiting'), text: say('tellText') };
  if (current.finished && current.check.missing > 0) return { tone: 'warn', symbol: '◇', title: say('waiting'), text: say('waitingText') };
  if (current.finished) return { tone: 'good', symbol: '✓', title: say('finished'), text: say('finishedText') };
  if (current.state === 'supplement' && current.check.missing > 0) return { tone: 'warn', symbol: '◇', title: say('waiting'), text: say('toldText') };
  if (current.sides.length === 0) return { tone: 'idle', symbol: '◎', title: say('putPaper'), text: say('putPaperText') };
  if (current.check.missing > 0)
    return { tone: 'bad', symbol: '✗', title: say('missing', { n: current.check.missing }), text: joinNames(lacking.map((line) => line.name)) + (current.check.persons > 0 ? ` · ${toSettle(current)}` : '') };
  if (current.check.persons > 0)
    return { tone: 'warn', symbol: '?', title: toSettle(current), text: joinNames(current.check.slots.filter((line) => line.state === 'person').map((line) => line.name)) };
  return { tone: 'good', symbol: '✓', title: say('complete'), text: say('completeText') };
}

function middle(): unknown {
  const current = state.case;
  if (!current) return nothing;
  return html`<span class="paper-count ${current.counts.even ? '' : 'wrong'}">${say('counts', { i: current.counts.sheets_in, p: current.counts.pages, o: current.counts.sheets_out })}</span>`;
}

function step(by: number): void {
  const sides = state.case?.sides ?? [];
  const at = sides.findIndex((side) => side.id === selectedSide()?.id);
  const next = sides[Math.min(sides.length - 1, Math.max(0, at + by))];
  if (next) choose(next.id);
}

/* To the slot before or behind the one it is in. */
function moveSlot(by: number): void {
  const side = selectedSide();
  const slots = state.case?.check.slots ?? [];
  const target = slots[slots.findIndex((line) => line.code === side?.slot) + by];
  if (side && target) void sideAct(side.id, { act: 'move', slot: target.code });
}

/* Before or behind its neighbour of the same document. */
function moveOrder(by: number): void {
  const side = selectedSide();
  const sides = (state.case?.sides ?? []).filter((one) => one.document === side?.document);
  const at = sides.findIndex((one) => one.id === side?.id);
  if (!side || at + by < 0 || at + by >= sides.length) return;
  void sideAct(side.id, { act: 'order', after: (by > 0 ? sides[at + 1] : sides[at - 2])?.id ?? null });
}

function keysOnly(): Action[] {
  const has = selectedSide() !== undefined;
  const one = (id: string, label: string, key: string, run: () => void): Action => ({ id, label, key, run, enabled: has, hidden: true });
  return [
    one('left', say('turnLeft'), 'Ctrl+Shift+ArrowLeft', () => turn(270)),
    one('right', say('turnRight'), 'Ctrl+Shift+ArrowRight', () => turn(90)),
    one('up', say('slotBefore'), 'Ctrl+Shift+ArrowUp', () => moveSlot(-1)),
    one('down', say('slotAfter'), 'Ctrl+Shift+ArrowDown', () => moveSlot(1)),
    one('before', say('pageForward'), 'Ctrl+ArrowUp', () => moveOrder(-1)),
    one('behind', say('pageBack'), 'Ctrl+ArrowDown', () => moveOrder(1)),
    one('previous', say('previousPage'), 'ArrowUp', () => step(-1)),
    one('following', say('followingPage'), 'ArrowDown', () => step(1)),
    { id: 'undo2', label: say('undo'), key: 'Ctrl+Z', run: () => void act({ act: 'undo' }), enabled: !!state.case?.undo, hidden: true },
    { id: 'redo', label: say('redo'), key: 'Ctrl+Y', run: () => void act({ act: 'redo' }), enabled: !!state.case?.redo, hidden: true },
  ];
}

function actions(): Action[] {
  const current = state.case;
  const open = !!current && !current.finished;
  if (!current) return [];
  const settling = current.check.persons > 0 && current.sides.length > 0;
  return [
    { id: 'settle', label: say('settleShort'), key: '', run: focusSettle, enabled: settling && !isScanning() && !hasFault(), main: open && settling, hidden: true },
    isScanning()
      ? { id: 'stop', label: say('stop'), key: 'Escape', run: () => void scanAct({ act: 'stop' }), enabled: true }
      : { id: 'start', label: say(hasFault() || state.scan?.state === 'stopped' ? 'goOn' : 'start'), key: 'F9', run: () => void startScan(), enabled: !!current, main: open && (current.sides.length === 0 || hasFault()) },
    { id: 'next', label: say('next'), key: 'F2', run: () => void nextSlot(false), enabled: open },
    { id: 'same', label: say('same'), key: 'F3', run: () => void nextSlot(true), enabled: open },
    { id: 'rescan', label: say('rescan'), key: 'F4', run: () => void rescan(), enabled: open && current.sides.length > 0 },
    { id: 'undo', label: say('undo'), key: 'F8', run: () => void act({ act: 'undo' }), enabled: current.undo !== null },
    { id: 'park', label: say('park'), key: '', run: () => void park(), enabled: open },
    { id: 'tell', label: say('tellSigned'), key: '', run: () => void tellSigned(), enabled: mustTell(current), main: true, hidden: true },
    { id: 'preview', label: say('preview'), key: '', run: () => void previewPaper(), enabled: current.print !== null && current.sides.length > 0, right: true },
    printAction(current),
    { id: 'finish', label: say('finish'), key: 'Ctrl+Enter', run: () => void finish(), enabled: open, right: true, main: open && current.sides.length > 0 },
    ...keysOnly(),
  ];
}

function work(): TemplateResult {
  const current = state.case;
  if (!current) return state.opening ? openingForm(state.opening) : itemList();
  return html`${head(current)}<div class="columns three ${state.viewing ? 'viewing' : ''}">${checklist(current)}${strip(current)}${viewer(current)}</div>`;
}

export const intake: ScreenView = { band, middle, actions, work };
