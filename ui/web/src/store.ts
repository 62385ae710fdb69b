/* SPDX-License-Identifier: Apache-2.0
 *
 * One state, one event stream, one drawing per animation frame.
 */
import { ApiError, command, get, setCsrf } from './api.ts';
import type * as Api from './api-types.ts';
import { sayRecord } from './record.ts';
import { play } from './sound.ts';
import { capital, currentLang, pair, say, setLang, showTime, type Lang } from './words.ts';

export type Screen = 'today' | 'intake' | 'lookup' | 'archive' | 'verify' | 'board' | 'devices';
export type Size = 'normal' | 'large' | 'huge';
export type Theme = 'normal' | 'contrast';

export interface LogLine {
  at: string;
  text: string;
  bad: boolean;
}

/* A paper on the screen: before it is issued, when it came out and where it did not, or from the case. */
export interface Looked {
  address: string;
  title: string;
  preview?: boolean;
  unprinted?: boolean;
}

export interface State {
  session?: Api.Session;
  status?: Api.Status;
  online: boolean;
  busy: number;
  screen: Screen;
  size: Size;
  theme: Theme;
  help: boolean;
  log: LogLine[];
  problem?: Api.Problem;            /* of the last command, until the next */
  ask?: { command: string; text: string };
  /* intake */
  case?: Api.Case;
  selected?: string;                /* side */
  moving: boolean;
  slot?: string;                    /* chosen line of the checklist */
  zoom: number;
  hurrying: boolean;                /* pages come faster than anybody looks at one: no large view of each */
  viewing: boolean;                 /* where there is no room for both: the large page, not the strip */
  scan?: Api.ScanEvent;
  paper?: Looked;                   /* issued or to be issued, looked at */
  opening?: Api.ItemRow;
  items: Api.ItemRow[];
  itemQuery: string;
  /* the other screens */
  open: Api.CaseRow[];
  day?: Api.Day;
  tray?: Api.Tray;
  form?: string;                    /* inline form that is open */
  query: string;
  found?: Api.Found;
  shown?: Api.Case;
  receipt?: Api.Receipt;            /* of the shown case, line by line */
  timeline: Api.Event[];
  fileable?: Api.Fileable;
  chosen: string[];
  destinations: Api.Destination[];
  exports: Api.Export[];
  progress: Record<string, number>; /* of jobs, in hundredths */
  box?: string;
  audit?: Api.Audit;
  comparison?: Api.DayCompare;
  bundles: string[];                /* that can be verified */
  verification?: Api.Verification;
  board?: Api.Board;
  boardFilter: { lamp?: string; window?: string; kind?: string };
  devices: Api.Device[];
  tests: Record<string, Api.DeviceTest>;
  users: Api.Person[];
  calendar?: Api.Calendar;
  backups: Api.Backup[];
  diagnostics?: string;
  burst?: { text: string; gapMs: number; ime: boolean; reader?: string };
}

export const state: State = {
  online: true, busy: 0, screen: 'today', size: 'normal', theme: 'normal', help: false, log: [],
  moving: false, zoom: 0, hurrying: false, viewing: false, items: [], itemQuery: '', open: [], query: '', timeline: [],
  chosen: [], destinations: [], exports: [], progress: {}, boardFilter: {}, devices: [], tests: {}, users: [], backups: [], bundles: [],
};

const LOG_MAX = 50;
const REFRESH_MS = 250;
const FOLLOW_MS = 800;
const HURRY_MS = 400;

/* How far the server's clock, which is the hall's, is ahead of the browser's. */
let ahead_ms = 0;

let draw: () => void = () => undefined;
let drawing = false;
let refreshTimer = 0;
let refreshDue = 0;
let hurryTimer = 0;
let stream: EventSource | undefined;

export function onDraw(callback: () => void): void {
  draw = callback;
}

export function changed(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw();
  });
}

export function set(part: Partial<State>): void {
  Object.assign(state, part);
  changed();
}

function hallNow(): string {
  return new Date(Date.now() + ahead_ms).toISOString();
}

async function loadStatus(): Promise<Api.Status> {
  const status = await get<Api.Status>('/status');
  ahead_ms = Date.parse(status.now) - Date.now();
  return status;
}

export function log(text: string, bad = false): void {
  if (!text) return;
  if (bad) play('attention');
  state.log = [...state.log, { at: showTime(hallNow()), text: capital(text), bad }].slice(-LOG_MAX);
  changed();
}

function problemOf(error: unknown): Api.Problem {
  if (error instanceof ApiError) return error.problem;
  if (error instanceof SyntaxError) return { type: '', title: say('cannot'), status: 0, code: 'format', detail: error.message, hint: '' };
  return { type: '', title: say('offline'), status: 0, code: 'io', detail: say('offlineText'), hint: '' };
}

/* Run something that may fail; the problem stands in the band until the next try. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  state.busy++;
  state.problem = undefined;
  changed();
  try {
    return await work();
  } catch (error) {
    const problem = problemOf(error);
    set({ problem });
    log(pair(problem.title, problem.detail), true);
    return undefined;
  } finally {
    state.busy--;
    changed();
  }
}

function store(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    /* a browser that keeps nothing still works, it only forgets the size */
  }
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function applyLook(): void {
  const root = document.documentElement;
  root.className = `size-${state.size} theme-${state.theme}`;
  root.lang = currentLang() === 'zh' ? 'zh-CN' : 'en';
}

export function setSize(size: Size): void {
  store('size', size);
  set({ size });
  applyLook();
}

export function setTheme(theme: Theme): void {
  store('theme', theme);
  set({ theme });
  applyLook();
}

export function changeLang(lang: Lang): void {
  document.cookie = `lang=${lang}; Path=/; SameSite=Strict; Max-Age=31536000`;
  setLang(lang);
  applyLook();
  void refreshAll();
  changed();
}

export function loadLook(): void {
  const lang = /(?:^|; )lang=(zh|en)/.exec(document.cookie)?.[1];
  const size = stored('size');
  const theme = stored('theme');
  if (lang === 'zh' || lang === 'en') setLang(lang);
  if (size === 'large' || size === 'huge') state.size = size;
  if (theme === 'contrast') state.theme = theme;
  applyLook();
}

export async function loadSession(): Promise<void> {
  const session = await get<Api.Session>('/session');
  setCsrf(session.csrf);
  const status = await loadStatus();
  set({ session, status });
  listen(status.seq);
}

export function may(...roles: Api.Role[]): boolean {
  return roles.some((role) => state.session?.roles.includes(role));
}

/* ---- live ------------------------------------------------------------------------------ */

function withSide(of: Api.Case, side: Api.Side): Api.Case {
  const at = of.sides.findIndex((known) => known.id === side.id);
  const sides = [...of.sides];
  if (at >= 0) sides[at] = side;
  else sides.push(side);
  return { ...of, sides };
}

/* The large page follows the newest; while they run in it shows the thumbnail, which is there anyway. */
function follow(id: string): void {
  state.selected = id;
  state.hurrying = true;
  window.clearTimeout(hurryTimer);
  hurryTimer = window.setTimeout(() => set({ hurrying: false }), HURRY_MS);
}

/* A side that comes in stands at once wherever its case is looked at. */
function mergeSide(number: string, side: Api.Side): void {
  const { case: current, shown } = state;
  if (shown?.number === number && !shown.masked) state.shown = withSide(shown, side);
  if (current?.number !== number) return;
  const isNew = !current.sides.some((known) => known.id === side.id);
  state.case = withSide(current, side);
  if (isNew && state.scan?.state === 'running' && !side.blank) follow(side.id);
}

function onRecord(record: Api.RecordEvent): void {
  if (record.case !== null && record.side) mergeSide(record.case, record.side);
  if (record.case !== null && record.case === state.case?.number) {
    /* A side that comes in is shown by its record; the checklist may follow. */
    refreshSoon(record.act === 'side' ? FOLLOW_MS : REFRESH_MS);
  } else if (record.case === null || state.screen !== 'intake') {
    refreshSoon();
  }
  /* What happens to other people's cases is no news at this window. */
  if (record.case === null || record.case === state.case?.number) log(sayRecord(record));
}

/* Progress comes many times a second: it is shown as it comes, the rest is asked for. */
function onJob(event: MessageEvent): void {
  const job = JSON.parse(event.data as string) as Api.JobEvent;
  set({ progress: { ...state.progress, [job.id]: job.done } });
  refreshSoon();
}

export function scanEvent(scan: Api.Scan): Api.ScanEvent {
  return { batch: scan.id, state: scan.state, sheets: scan.sheets, case: scan.case, ...(scan.fault ? { fault: scan.fault } : {}) };
}

/* Records are replayed by their ids; the scanner's progress has none, so it is asked for. */
function onHello(): void {
  set({ online: true });
  refreshSoon();
  const scan = state.scan;
  if (scan?.state !== 'running') return;
  void get<Api.Scan>(`/scans/${scan.batch}`).then((now) => {
    if (state.scan === scan) set({ scan: scanEvent(now) });
  }, () => set({ online: false }));
}

/* What a reader of the appliance reads goes where keys of a reader go. */
let heard: (event: Api.CodeEvent) => void = () => undefined;

export function onCode(callback: (event: Api.CodeEvent) => void): void {
  heard = callback;
}

function listen(after: number): void {
  stream?.close();
  stream = new EventSource(`/api/v1/events?after=${after}`);
  stream.addEventListener('open', () => set({ online: true }));
  stream.addEventListener('hello', onHello);
  stream.addEventListener('error', () => set({ online: false }));
  stream.addEventListener('record', (event) => onRecord(JSON.parse(event.data) as Api.RecordEvent));
  stream.addEventListener('scan', (event) => {
    const scan = JSON.parse(event.data) as Api.ScanEvent;
    if (scan.batch !== state.scan?.batch && (scan.case === null || scan.case !== state.case?.number)) return;
    set({ scan });
    if (scan.state !== 'running') refreshSoon();
    if (scan.state === 'done') play('done');
    if (scan.fault) play('attention');
  });
  stream.addEventListener('code', (event) => heard(JSON.parse(event.data) as Api.CodeEvent));
  stream.addEventListener('export', onJob);
  stream.addEventListener('audit', onJob);
  stream.addEventListener('verification', onJob);
  stream.addEventListener('backup', onJob);
  stream.addEventListener('drill', onJob);
}

function refreshSoon(after_ms = REFRESH_MS): void {
  changed();
  const due = performance.now() + after_ms;
  if (refreshTimer && refreshDue <= due) return;
  window.clearTimeout(refreshTimer);
  refreshDue = due;
  refreshTimer = window.setTimeout(() => {
    refreshTimer = 0;
    void refreshAll();
  }, after_ms);
}

/* ---- loading ----------------------------------------------------------------------------- */

/* The case on the screen as the server says it is. An answer may be overtaken by that to a later
 * question: what it says is over then, and an act on it would be refused. */
export function showNewest(fresh: Api.Case): void {
  const known = state.case;
  if (known?.number === fresh.number && known.version <= fresh.version) set({ case: fresh });
}

export async function refreshCase(): Promise<void> {
  const number = state.case?.number;
  if (number) showNewest(await get<Api.Case>(`/cases/${number}`));
}

async function loadToday(): Promise<void> {
  const [page, day, tray] = await Promise.all([
    get<Api.CasePage>('/cases?open=true&mine=true'), get<Api.Day>('/day'), get<Api.Tray>('/tray')]);
  set({ open: page.cases, day, tray });
}

async function loadIntake(): Promise<void> {
  if (state.case) await refreshCase();
  else set({ items: (await get<{ items: Api.ItemRow[] }>('/items')).items });
}

async function loadLookup(): Promise<void> {
  const number = state.shown?.number;
  if (!number) return;
  const [shown, events] = await Promise.all([
    get<Api.Case>(`/cases/${number}`), get<Api.EventPage>(`/cases/${number}/timeline?limit=200`)]);
  const receipt = state.receipt ? await get<Api.Receipt>(`/cases/${number}/receipts/${state.receipt.document}`) : undefined;
  if (state.shown?.number === number) set({ shown, timeline: events.events, receipt });
}

/* Every line of a receipt beside its images. */
export async function showReceipt(number: string, document: number): Promise<void> {
  const receipt = await attempt(() => get<Api.Receipt>(`/cases/${number}/receipts/${document}`));
  if (receipt && state.shown?.number === number) set({ receipt });
}

async function loadArchive(): Promise<void> {
  const [fileable, destinations, exports] = await Promise.all([
    get<Api.Fileable>('/fileable'),
    get<{ destinations: Api.Destination[] }>('/destinations'),
    get<{ exports: Api.Export[] }>('/exports')]);
  const ready = new Set(fileable.ready.map((row) => row.number));
  set({ fileable, destinations: destinations.destinations, exports: exports.exports,
        chosen: state.chosen.filter((number) => ready.has(number)) });
}

/* The newest of its kind, where there is one yet. */
async function latest<T>(path: string): Promise<T | undefined> {
  try {
    return await get<T>(`${path}/latest`);
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 404) return undefined;
    throw error;
  }
}

async function loadVerify(): Promise<void> {
  const [audit, verification, { bundles }] = await Promise.all([
    latest<Api.Audit>('/audits'), latest<Api.Verification>('/verifications'), get<{ bundles: string[] }>('/bundles')]);
  set({ audit, verification, bundles });
}

async function loadBoard(): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(state.boardFilter).filter((entry): entry is [string, string] => !!entry[1]));
  set({ board: await get<Api.Board>(`/board?${query}`) });
}

async function loadDevices(): Promise<void> {
  set({ devices: (await get<{ devices: Api.Device[] }>('/devices')).devices,
        calendar: await get<Api.Calendar>('/calendar') });
  if (!may('admin')) return;
  set({ items: (await get<{ items: Api.ItemRow[] }>('/items')).items,
        users: (await get<{ users: Api.Person[] }>('/users')).users,
        backups: (await get<{ backups: Api.Backup[] }>('/backups')).backups });
}

const loaders: Record<Screen, () => Promise<void>> = {
  today: loadToday, intake: loadIntake, lookup: loadLookup, archive: loadArchive,
  verify: loadVerify, board: loadBoard, devices: loadDevices,
};

/* Errors of background loading stand in the frame's lights, not in the band. */
export async function refreshAll(): Promise<void> {
  try {
    const [status] = await Promise.all([loadStatus(), loaders[state.screen]()]);
    set({ status, online: true });
  } catch (error) {
    if (error instanceof ApiError) set({ problem: error.problem });
    else set({ online: false });
  }
}

export const screens: Array<{ screen: Screen; roles: Api.Role[] }> = [
  { screen: 'today', roles: ['clerk'] },
  { screen: 'intake', roles: ['clerk'] },
  { screen: 'lookup', roles: ['clerk', 'archivist', 'auditor', 'supervisor', 'admin'] },
  { screen: 'archive', roles: ['archivist'] },
  { screen: 'verify', roles: ['auditor', 'supervisor'] },
  { screen: 'board', roles: ['supervisor', 'clerk'] },
  { screen: 'devices', roles: ['admin', 'clerk', 'archivist', 'auditor', 'supervisor'] },
];

export function show(screen: Screen): void {
  set({ screen, problem: undefined, ask: undefined, form: undefined, paper: undefined, moving: false, viewing: false });
  void refreshAll();
}

/* Leaving a case takes everything of it off the screen. */
export function forgetCase(): void {
  set({ case: undefined, selected: undefined, slot: undefined, moving: false, zoom: 0, viewing: false, scan: undefined,
        paper: undefined, opening: undefined, ask: undefined, log: [] });
}

/* Today in the hall: the server's clock counts, not the browser's. */
export function hallDate(): string {
  return new Date(Date.parse(hallNow()) + 8 * 3600000).toISOString().slice(0, 10);
}

export async function openCase(number: string): Promise<void> {
  forgetCase();
  const found = await attempt(() => get<Api.Case>(`/cases/${number}`));
  if (found) set({ case: found, screen: 'intake', selected: found.sides[found.sides.length - 1]?.id });
}

export async function showCase(number: string): Promise<void> {
  set({ screen: 'lookup', shown: undefined, receipt: undefined, paper: undefined, timeline: [], selected: undefined });
  const shown = await attempt(() => get<Api.Case>(`/cases/${number}`));
  if (!shown) return;
  set({ shown, found: undefined, query: '' });
  await attempt(loadLookup);
}

export { command, get };
