/* SPDX-License-Identifier: Apache-2.0 */
import { render } from 'lit';
import type { CodeEvent } from './api-types.ts';
import { cancel, focusSettle, takeCode } from './casework.ts';
import { frame } from './frame.ts';
import { collectBursts, fitsCheck } from './gun.ts';
import { isTyping, keyName } from './keys.ts';
import { attempt, changed, loadLook, loadSession, log, may, onCode, onDraw, refreshAll, screens, set, setSize, show, state, type Screen, type State } from './store.ts';
import { archive } from './screens/archive.ts';
import { board } from './screens/board.ts';
import { devices } from './screens/devices.ts';
import { intake } from './screens/intake.ts';
import { lookup } from './screens/lookup.ts';
import type { ScreenView } from './screens/screen.ts';
import { today } from './screens/today.ts';
import { verify } from './screens/verify.ts';
import { pair, say } from './words.ts';

const views: Record<Screen, ScreenView> = { today, intake, lookup, archive, verify, board, devices };
const app = document.querySelector<HTMLElement>('#app');
let focused = '';
let newest = '';
let form = '';

/* A field that asks to be typed into gets the focus once, when it appears. */
function focusOnce(): void {
  const wanted = document.querySelector<HTMLInputElement>('.autofocus');
  const name = wanted ? `${state.screen} ${wanted.name} ${state.opening?.code ?? ''}` : '';
  if (wanted && name !== focused) wanted.focus();
  focused = name;
}

/* A small form that opens is in view and ready to be typed into. */
function focusForm(): void {
  const name = state.form ?? state.ask?.command ?? '';
  if (name !== form) document.querySelector<HTMLElement>('.inline:not(.steady) input, .inline:not(.steady) select')?.focus();
  form = name;
}

/* The list of what waits for a person is answered from the keyboard: when it appears, and after
 * each answer, the next one has the focus, unless she is somewhere else. `answering`: the focus
 * was in the list before it was drawn. */
let settled = '';
function followSettle(answering: boolean): void {
  const list = document.querySelector('.settle');
  const tasks = list ? `${state.case?.number} ${list.textContent}` : '';
  const inList = document.activeElement?.closest('.settle');
  const idle = document.activeElement === document.body || document.activeElement?.closest('.strip');
  /* It took room: what was in view before is in view again. */
  if (tasks !== settled && list) newest = '';
  if ((tasks !== settled || answering) && idle && !inList) focusSettle();
  settled = tasks;
}

/* The newest sheet stays in view. */
function followNewest(): void {
  const last = state.case?.sides[state.case.sides.length - 1]?.id ?? '';
  if (last === newest) return;
  newest = last;
  document.querySelector(`#side-${last}`)?.scrollIntoView({ block: 'nearest' });
}

/* The page comes with a frame that stands until there is something to say. */
let begun = false;

function draw(): void {
  if (!app || !state.session) return;
  if (!begun) app.replaceChildren();
  begun = true;
  const view = views[state.screen];
  const answering = !!document.activeElement?.closest('.settle');
  render(frame(view.band(), view.middle?.() ?? '', view.actions(), view.work()), app);
  focusOnce();
  focusForm();
  followSettle(answering);
  followNewest();
}

function onKey(event: KeyboardEvent): void {
  const name = keyName(event);
  const digit = /^Alt\+([0-7])$/.exec(name)?.[1];
  if (isTyping(event)) return;
  if (digit !== undefined) goTo(Number(digit));
  else if (name === 'F1') set({ help: !state.help });
  else if (name === 'Escape') cancel();
  else if (!runAction(name)) return;
  event.preventDefault();
}

function goTo(digit: number): void {
  if (digit === 0) setSize(state.size === 'normal' ? 'large' : 'normal');
  const entry = screens[digit - 1];
  if (entry && may(...entry.roles)) show(entry.screen);
}

function runAction(name: string): boolean {
  if (name === 'Ctrl+K' && state.screen !== 'lookup') {
    show('lookup');
    return true;
  }
  const action = views[state.screen].actions().find((one) => one.key === name);
  if (!action) return false;
  /* Arrows in a list of one's own scroll it. */
  if (/^Arrow/.test(name) && !(document.activeElement === document.body || document.activeElement?.closest('.strip'))) return false;
  if (action.enabled) action.run();
  else log(say('notHere', { a: action.label }), true);
  return true;
}

function onBurst(burst: NonNullable<State['burst']>): void {
  set({ burst });
  if (state.screen === 'devices') return;
  if (fitsCheck(burst.text)) void takeCode(burst.text);
  else log(pair(say('unknownCode', { c: burst.text }), say('foreignCode')), true);
}

/* A gun that the appliance itself reads. */
function onReading(event: CodeEvent): void {
  if (event.code === null) log(say('codeLost'), true);
  else onBurst({ text: event.code, gapMs: 0, ime: false, reader: event.reader });
}

function firstScreen(): Screen {
  return screens.find((entry) => may(...entry.roles))?.screen ?? 'lookup';
}

async function start(): Promise<void> {
  loadLook();
  onDraw(draw);
  collectBursts(window, onBurst);
  onCode(onReading);
  window.addEventListener('keydown', onKey);
  window.addEventListener('pagehide', () => app && render('', app));
  await attempt(loadSession);
  state.screen = firstScreen();
  changed();
  await refreshAll();
}

void start();
