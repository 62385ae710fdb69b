/* SPDX-License-Identifier: Apache-2.0
 *
 * What a clerk can do with the case on the screen, by key, button or code.
 */
import type * as Api from './api-types.ts';
import { probe } from './api.ts';
import { attempt, changed, command, forgetCase, get, log, refreshAll, refreshCase, set, show, showCase, scanEvent, showNewest, showReceipt, openCase, state } from './store.ts';
import { joinNames, pair, say, shortNumber } from './words.ts';

function take(change: Api.CaseChange): void {
  log(change.said);
  showNewest(change.case);
}

export async function act(body: Api.CaseAct): Promise<Api.CaseChange | undefined> {
  const current = state.case;
  if (!current) {
    log(say('noCase'), true);
    return undefined;
  }
  const change = await attempt(() =>
    command<Api.CaseChange>('POST', `/cases/${current.number}/acts`, body, current.version));
  if (!change) {
    await attemptFresh();
    return undefined;
  }
  if (!change.ask) take(change);
  return change;
}

/* After a refusal the newest state is shown beneath the reason. */
async function attemptFresh(): Promise<void> {
  const problem = state.problem;
  await refreshAll();
  set({ problem });
}

export async function sideAct(id: string, body: Api.SideAct): Promise<void> {
  const change = await attempt(() => command<Api.CaseChange>('POST', `/sides/${id}/acts`, body));
  if (change) take(change);
}

/* Both sides where the window's scanner sees both. */
async function newScan(): Promise<Api.NewScan> {
  const devices = state.devices.length > 0 ? state.devices : (await get<{ devices: Api.Device[] }>('/devices')).devices;
  const scanners = devices.filter((device) => device.kind === 'scanner');
  const scanner = scanners.find((device) => device.default) ?? scanners[0];
  set({ devices });
  return { duplex: scanner?.can.includes('duplex') ?? false, ...(state.case ? { case: state.case.number } : {}) };
}

async function beginScan(replaces?: string): Promise<void> {
  await scanCommand(async () => command<Api.Scan>('POST', '/scans', { ...await newScan(), ...(replaces ? { replaces } : {}) }));
}

export async function startScan(): Promise<void> {
  if (hasFault()) {
    await scanAct({ act: 'continue' });
    return;
  }
  /* More paper for a case that was finished or put aside: its intake goes on. */
  if ((state.case?.finished || state.case?.parked) && !(await act({ act: 'resume-intake' }))) return;
  await beginScan();
}

/* What the stream said meanwhile is as new as the answer, or newer. */
async function scanCommand(work: () => Promise<Api.Scan>): Promise<void> {
  const before = state.scan;
  const scan = await attempt(work);
  if (scan && state.scan === before) set({ scan: scanEvent(scan) });
}

export async function scanAct(body: Api.ScanAct): Promise<void> {
  const batch = state.scan?.batch;
  if (batch === undefined) return;
  await scanCommand(() => command<Api.Scan>('POST', `/scans/${batch}/acts`, body));
}

export function isScanning(): boolean {
  return state.scan?.state === 'running';
}

export function hasFault(): boolean {
  return state.scan?.state === 'fault';
}

export async function nextSlot(same: boolean): Promise<void> {
  if (isScanning() || hasFault()) await scanAct({ act: same && hasFault() ? 'keep' : same ? 'same' : 'next' });
  else await act({ act: same ? 'same-slot' : 'next-slot' });
}

export async function rescan(): Promise<void> {
  const id = state.selected ?? state.case?.sides[state.case.sides.length - 1]?.id;
  if (!id) return;
  if (isScanning() || hasFault()) {
    await scanAct({ act: 'rescan', side: id });
    return;
  }
  await beginScan(id);
}

/* Everything is told at once, so what waits for a person comes first. */
function mustSettle(): boolean {
  const n = state.case?.check.persons ?? 0;
  if (n === 0) return false;
  set({ problem: { type: '', title: say('settleFirst', { n }), status: 0, code: 'incomplete', detail: say('settleFirstText'), hint: '' } });
  focusSettle();
  return true;
}

/* The first answer of the list gets the focus. */
export function focusSettle(): void {
  document.querySelector<HTMLElement>('.settle button, .settle input')?.focus();
}

/* A second time confirms: the server asks instead of acting. */
export async function finish(): Promise<void> {
  if (mustSettle()) return;
  const again = state.ask?.command === 'finish';
  set({ ask: undefined });
  const change = await act(again ? { act: 'finish', again: true } : { act: 'finish' });
  if (change?.ask) {
    set({ ask: { command: 'finish', text: change.ask } });
    return;
  }
  if (!change) return;
  await printPaper();
  const unprinted = state.paper?.unprinted;
  /* Nothing of a finished case stays in sight; where the paper did not come out she sees why. */
  if (!state.problem) {
    forgetCase();
    log(change.said);
    if (unprinted) log(say('receiptNotPrinted'));
    /* She may have gone on to another screen meanwhile. */
    if (state.screen === 'intake') show('today');
  }
}

export async function printReceipt(): Promise<void> {
  const current = state.case;
  if (!current) return;
  const printed = current.documents.some((document) => document.code === 'receipt' && document.printed > 0);
  const body = printed ? { reason: say('print') } : {};
  await paperTo(current, () => command<Api.Paper>('POST', `/cases/${current.number}/receipt`, body));
}

export async function printNotice(kind: string): Promise<void> {
  const current = state.case;
  if (!current || mustSettle()) return;
  await paperTo(current, () => command<Api.Paper>('POST', `/cases/${current.number}/notices`, { kind }));
}

async function paperTo(current: Api.Case, work: () => Promise<Api.Paper>): Promise<void> {
  const paper = await attempt(work);
  if (!paper) return;
  log(`${paper.title} ${paper.paper_number ?? ''} · ${joinNames(paper.copies.map((copy) => copy.receiver))}`);
  if (paper.problem) set({ problem: paper.problem });
  await refreshCase();
  if (state.case?.number === current.number)
    set({ viewing: true, paper: { address: paper.pdf, title: paper.title, unprinted: isUnprinted(paper) } });
}

/* The printer took it, or says why not; where there is none somebody must hear of it. */
function isUnprinted(paper: Api.Paper): boolean {
  return !paper.printed && !paper.problem;
}

/* The paper that the state asks for, as it will look; it is issued by printing it. */
export async function previewPaper(): Promise<void> {
  const current = state.case;
  const kind = current?.print;
  if (!current || !kind || (kind !== 'receipt' && mustSettle())) return;
  const path = `/cases/${current.number}/preview?kind=${kind}`;
  const can = await attempt(() => probe(path).then(() => true));
  if (can && state.case?.number === current.number)
    set({ paper: { address: `/api/v1${path}`, title: say(kind === 'receipt' ? 'receiptPaper' : 'noticePaper'), preview: true }, viewing: true });
}

/* What is told of a notice given at the counter. */
export async function tellSigned(): Promise<void> {
  await act({ act: 'supplement', told: 'signed' });
}

/* Ctrl+P: what the state asks for. */
export async function printPaper(): Promise<void> {
  const kind = state.case?.print ?? 'receipt';
  if (kind === 'receipt') await printReceipt();
  else await printNotice(kind);
}

export async function park(): Promise<void> {
  const change = await act({ act: 'park' });
  if (!change) return;
  forgetCase();
  log(change.said);
  show('today');
}

export async function newCase(applicant: string, phone: string): Promise<void> {
  const item = state.opening;
  if (!item || !applicant.trim()) return;
  const body: Api.NewCase = { item: item.code, applicant: applicant.trim(), ...(phone.trim() ? { phone: phone.trim() } : {}) };
  const made = await attempt(() => command<Api.Case>('POST', '/cases', body));
  if (!made) return;
  forgetCase();
  set({ case: made });
  log(`${say('received')} ${shortNumber(made.number)} ${made.item.name}`);
}

export function cancel(): void {
  if (state.ask || state.moving || state.form || state.problem || state.help || state.opening) {
    set({ ask: undefined, moving: false, form: undefined, problem: undefined, help: false, opening: undefined });
    return;
  }
  if (state.viewing || state.paper) {
    set({ viewing: false, paper: undefined });
    return;
  }
  if (isScanning()) void scanAct({ act: 'stop' });
}

/* ---- codes -------------------------------------------------------------------------------- */

const commands: Record<string, () => void> = {
  '01': () => void nextSlot(false),
  '02': () => void nextSlot(true),
  '03': () => void act({ act: 'undo' }),
  '04': () => void rescan(),
  '05': () => void finish(),
  '06': () => void park(),
  '07': () => void printNotice('supplement'),
  '08': () => void printReceipt(),
  '09': () => void startScan(),
  '10': () => set({ help: !state.help }),
  '11': cancel,
  '12': () => void signOff(),
};

export async function signOff(): Promise<void> {
  forgetCase();
  await attempt(() => command<void>('DELETE', '/session'));
  location.assign('/login');
}

export async function takeCode(text: string): Promise<void> {
  const command99 = /^99(\d\d)\d{4}$/.exec(text)?.[1];
  if (command99 !== undefined) {
    commands[command99]?.();
    return;
  }
  if (/^97\d{8}$/.test(text)) {
    log(say('personCode'));
    return;
  }
  await lookUp(text);
}

export async function lookUp(text: string): Promise<void> {
  const found = await attempt(() => get<Api.Found>(`/find?q=${encodeURIComponent(text)}`));
  if (!found) return;
  await takeFound(text, found);
}

async function takeFound(text: string, found: Api.Found): Promise<void> {
  const first = found.cases?.[0];
  switch (found.kind) {
    case 'case':
      if (first) await takeCase(first);
      return;
    case 'document':
      if (first) await takeDocument(first, found.document ?? 0);
      return;
    case 'item':
      if (found.item) {
        forgetCase();
        set({ screen: 'intake', opening: found.item });
      }
      return;
    case 'slot':
      if (state.case && found.slot) await act({ act: 'open-slot', slot: found.slot });
      else log(say('noCase'), true);
      return;
    case 'box':
      set({ box: found.box });
      log(say('boxSet', { n: found.box ?? '' }));
      return;
    case 'day':
      set({ screen: 'verify', comparison: found.day });
      return;
    case 'foreign':
      log(pair(say('unknownCode', { c: text }), say('foreignCode')), true);
      return;
    default:
      set({ found, screen: 'lookup', shown: undefined });
  }
}

/* A paper of ours stands for its case; where one looks things up a receipt is its index. */
async function takeDocument(row: Api.CaseRow, document: number): Promise<void> {
  await takeCase(row);
  const shown = state.screen === 'lookup' ? state.shown : undefined;
  if (shown?.documents.find((one) => one.number === document)?.code === 'B01') await showReceipt(row.number, document);
}

/* A case code means: at intake go on with it, in the archive choose it, with a box note it. */
async function takeCase(row: Api.CaseRow): Promise<void> {
  if (state.box !== undefined && state.screen === 'archive') {
    const box = state.box;
    if ((await attempt(() => command<void>('POST', '/custody', { case: row.number, box, place: `盒 ${box}` }).then(() => true))))
      log(pair(`${say('where')} ${box}`, shortNumber(row.number)));
    return;
  }
  if (state.screen === 'archive') {
    const chosen = state.chosen.includes(row.number)
      ? state.chosen.filter((number) => number !== row.number) : [...state.chosen, row.number];
    set({ chosen });
    return;
  }
  if (state.screen === 'today' || state.screen === 'intake') await openCase(row.number);
  else await showCase(row.number);
  changed();
}
