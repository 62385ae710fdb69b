/* SPDX-License-Identifier: Apache-2.0
 *
 * What all screens share: tabs and lights, the one band, the log, the bar of actions, the panel
 * of keys.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type * as Api from './api-types.ts';
import { hasFault, isScanning, signOff } from './casework.ts';
import { showKey, type Action } from './keys.ts';
import { changeLang, may, screens, set, setSize, setTheme, show, state } from './store.ts';
import { capital, currentLang, pair, say, sayToken, sentences, shortNumber, type Word } from './words.ts';

export interface Band {
  tone: 'idle' | 'busy' | 'bad' | 'warn' | 'good';
  symbol: string;
  title: string;
  text: string;
}

const symbols: Record<Api.Light, string> = { fine: '●', waiting: '◐', 'needs-you': '▲', off: '○' };

function light(word: Word, kind: Api.Light, detail: string, extra = ''): TemplateResult {
  const text = `${pair(say(word), sayToken('light', kind))}${detail ? say('alsoClause', { a: detail }) : ''}`;
  return html`<span class="light light-${kind}" tabindex="0" title=${text}
    ><span aria-hidden="true">${symbols[kind]}</span><span class="light-word"> ${say(word)}</span>${extra}<span class="hidden">${text}</span></span>`;
}

function lights(): TemplateResult | typeof nothing {
  const status = state.status;
  if (!status) return nothing;
  const waiting = status.outbox.waiting;
  return html`<div class="lights">
    ${state.online ? nothing : html`<span class="light light-needs-you"><span aria-hidden="true">▲</span> ${say('offline')}</span>`}
    ${light('scanner', status.scanner.light, status.scanner.text)}
    ${light('printer', status.printer.light, status.printer.text)}
    ${light('push', waiting > 0 ? 'waiting' : 'fine', '', waiting > 0 ? ` ${waiting}` : '')}
    ${status.clock.light === 'fine' ? nothing : light('clock', status.clock.light, '')}
    ${status.store.light === 'fine' ? nothing : light('store', status.store.light, '')}
  </div>`;
}

const sizes = ['normal', 'large', 'huge'] as const;

function nextSize(): void {
  setSize(sizes[(sizes.indexOf(state.size) + 1) % sizes.length] ?? 'normal');
}

function look(): TemplateResult {
  const sizeWord: Record<typeof sizes[number], Word> = { normal: 'large', large: 'huge', huge: 'normal' };
  return html`<div class="look">
    <button class="quiet" @click=${nextSize}>${say(sizeWord[state.size])}</button>
    <button class="quiet" aria-pressed=${state.theme === 'contrast'}
      @click=${() => setTheme(state.theme === 'contrast' ? 'normal' : 'contrast')}>${say('contrast')}</button>
    <button class="quiet" lang=${currentLang() === 'zh' ? 'en' : 'zh-CN'}
      @click=${() => changeLang(currentLang() === 'zh' ? 'en' : 'zh')}>${say('language')}</button>
    <span class="me">${state.session ? say('seat', { n: state.session.window, name: state.session.name, p: state.session.post }) : ''}</span>
    <button class="quiet" @click=${() => void signOff()}>${say('signOff')}</button>
  </div>`;
}

/* Tabs carry a count only where a person is needed. */
function count(screen: string): number {
  if (screen === 'today') return state.status?.tray ?? 0;
  if (screen === 'board') return state.board?.figures.red ?? 0;
  if (screen === 'devices') return state.devices.filter((device) => device.light === 'needs-you').length;
  return 0;
}

function tabs(): TemplateResult {
  return html`<nav aria-label=${say('screens')} class="tabs">
    ${screens.map(({ screen, roles }, at) => may(...roles) ? html`
      <button class="tab" aria-current=${screen === state.screen ? 'page' : nothing} @click=${() => show(screen)}
        title="Alt+${at + 1}">${say(screen)}<span class="number" aria-hidden="true">${at + 1}</span>
        ${count(screen) > 0 ? html`<span class="count">${count(screen)}</span>` : nothing}</button>` : nothing)}
  </nav>`;
}

/* What happened, what the hands do, what is safe; the server's words for faults that are new. */
function faultTitle(fault: Api.Fault): string {
  const words = sayToken('fault', fault.code);
  return words === fault.code ? fault.title : words;
}

function faultText(fault: Api.Fault): string {
  const hands = sayToken('hands', fault.code);
  const pages = state.case?.sides.filter((side) => !side.blank && side.state !== 'void').length ?? 0;
  return `${hands === fault.code ? fault.text : hands}${pages > 0 ? ` ${say('faultSafe', { n: pages })}` : ''}`;
}

/* Device fault › question › refused › scanning › what the screen says. */
function topBand(band: Band): Band {
  const fault = state.scan?.fault;
  if (hasFault() && fault) return { tone: 'bad', symbol: '▲', title: faultTitle(fault), text: faultText(fault) };
  if (state.ask) return { tone: 'warn', symbol: '?', title: state.ask.text, text: say('again') };
  if (state.problem)
    return { tone: 'bad', symbol: '✗', title: state.problem.title, text: sentences([state.problem.detail, state.problem.hint]) };
  if (isScanning()) return { tone: 'busy', symbol: '▶', title: say('scanning'), text: say('scanningText', { n: state.scan?.sheets ?? 0 }) };
  return band;
}

function bandView(band: Band, middle: unknown, main: Action | undefined): TemplateResult {
  const top = topBand(band);
  return html`<div class="band band-${top.tone}" role="status" aria-label=${say('state')}>
    <span class="symbol" aria-hidden="true">${top.symbol}</span>
    <strong class="band-title">${capital(top.title)}</strong>
    <span class="band-text">${top.text}</span>
    ${middle}
    ${main ? html`<button class="main-action" ?disabled=${!main.enabled} @click=${main.run}>${main.label}
      ${main.key ? html`<kbd>${showKey(main.key)}</kbd>` : nothing}</button>` : nothing}
  </div>`;
}

/* A question is answered by the command it is about; else the first that the state asks for. */
function mainOf(actions: Action[]): Action | undefined {
  const asked = actions.find((action) => action.id === state.ask?.command);
  return asked ?? actions.find((action) => action.main && action.enabled);
}

function bar(actions: Action[]): TemplateResult {
  const shown = actions.filter((action) => !action.hidden);
  const main = mainOf(actions);
  const button = (action: Action) => html`<button class=${action === main ? 'primary' : ''} ?disabled=${!action.enabled}
    @click=${action.run}>${action.label} ${action.key ? html`<kbd>${showKey(action.key)}</kbd>` : nothing}</button>`;
  return html`<div class="bar" role="group" aria-label=${say('actions')}>
    <div class="bar-part">${shown.filter((action) => !action.right).map(button)}</div>
    <div class="bar-part">${shown.filter((action) => action.right).map(button)}
      <button class="quiet" @click=${() => set({ help: !state.help })} aria-expanded=${state.help}>${say('help')} <kbd>F1</kbd></button></div>
  </div>`;
}

function logView(): TemplateResult {
  return html`<section class="log" role="log" aria-label=${say('log')} tabindex="0">
    ${state.log.slice(-2).map((line) => html`<p class=${line.bad ? 'wrong' : ''}><time>${line.at}</time> ${line.text}</p>`)}
  </section>`;
}

const codes: Array<[string, Word]> = [
  ['99 09', 'start'], ['99 01', 'next'], ['99 02', 'same'], ['99 03', 'undo'], ['99 04', 'rescanPage'],
  ['99 05', 'finish'], ['99 06', 'park'], ['99 07', 'notice'], ['99 08', 'receipt'], ['99 11', 'cancel'], ['99 12', 'signOff'],
];

function helpView(actions: Action[]): TemplateResult {
  return html`<aside class="help" aria-label=${say('help')} tabindex="0">
    <h2>${say('keysNow')}</h2>
    <dl>${actions.filter((action) => action.enabled && action.key).map((action) =>
      html`<div><dt><kbd>${showKey(action.key)}</kbd></dt><dd>${action.label}</dd></div>`)}
      ${screens.map(({ screen, roles }, at) => may(...roles)
        ? html`<div><dt><kbd>Alt+${at + 1}</kbd></dt><dd>${say(screen)}</dd></div>` : nothing)}
      <div><dt><kbd>Alt+0</kbd></dt><dd>${say('large')}</dd></div>
    </dl>
    <h2>${say('codesNow')}</h2>
    <dl>${codes.map(([code, word]) => html`<div><dt><kbd>${code}</kbd></dt><dd>${say(word)}</dd></div>`)}</dl>
    <p><a href="/licenses.txt" target="_blank" rel="noopener">${say('licences')}</a></p>
    <button @click=${() => set({ help: false })}>${say('close')} <kbd>Esc</kbd></button>
  </aside>`;
}

export function frame(band: Band, middle: unknown, actions: Action[], work: TemplateResult): TemplateResult {
  const main = mainOf(actions);
  document.title = state.case && state.screen === 'intake'
    ? `${topBand(band).title} · ${shortNumber(state.case.number)}` : `${topBand(band).title} · ${say('app')}`;
  return html`
    <header class="top">${tabs()}${lights()}${look()}</header>
    <main class="main">
      <h1 class="hidden">${say(state.screen)}</h1>
      ${bandView(band, middle, main)}
      <div class="work ${state.help ? 'with-help' : ''}">${work}${state.help ? helpView(actions) : nothing}</div>
    </main>
    <footer class="foot">${logView()}${bar(actions)}</footer>`;
}
