/* SPDX-License-Identifier: Apache-2.0
 *
 * A hall for browser tests: the built anjuan on a data folder of its own, a scripted scanner whose
 * feeder the test fills, the people of every role, and a clock that the test sets (libfaketime;
 * the program itself knows no other clock than the machine's).
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.ANJUAN;
const build = process.env.ANJUAN_BUILD;
const faketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
export const available = !!program && existsSync(program) && existsSync(faketime);
export const secret = '河边的树 7';

/* A Wednesday of a week without holidays, nine in the morning in the hall. */
const FIRST_DAY = '2026-11-18';
const MORNING_MS = Date.parse(`${FIRST_DAY}T01:00:00Z`);
const DAY_MS = 86400000;

/* Everybody of the hall but the administrator, who makes the first run. */
export const people = {
  admin: { number: '000001', name: '李强' },
  clerk: { number: '000011', name: '王芳', roles: ['clerk'] },
  archivist: { number: '000012', name: '周敏', roles: ['archivist'] },
  auditor: { number: '000013', name: '陈立', roles: ['auditor'] },
  supervisor: { number: '000014', name: '吴刚', roles: ['supervisor', 'clerk'] },
};

/* ISO 7064 MOD 97-10, as in every code of ours. */
export function withCheck(body) {
  let rest = 0;
  for (const digit of `${body}00`) rest = (rest * 10 + Number(digit)) % 97;
  return body + String(98 - rest).padStart(2, '0');
}

export const commandCode = (command) => withCheck(`99${command}00`);
export const itemCard = (item) => withCheck(`98${item}0000${'000001'}0102`);
export const slotCard = (item, slot) => withCheck(`98${item}1${slot.slice(1).padStart(3, '0')}0000010102`);
export const boxCode = (box) => withCheck(`96${box}`);

/* One request on a connection of its own, so that no idle one is met while the server closes it. */
function send(address, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(address, { method, headers, agent: false }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(pieces).toString() }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/* Where the sanitizer's library must come first, it does. */
function preload() {
  const asan = /libasan\.so\S* => (\S+)/.exec(execFileSync('ldd', [program], { encoding: 'utf8' }))?.[1];
  return [asan, faketime].filter(Boolean).join(' ');
}

export class Hall {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'anjuan-e2e-'));
    this.data = join(this.folder, 'data');
    this.feeder = join(this.folder, 'feeder.json');
    this.offset_s = Math.round((MORNING_MS - Date.now()) / 1000);
    this.port = 0;
    this.stacks = 0;
    this.sets = 900;
    mkdirSync(join(this.folder, 'stacks'));
    /* A test that breaks off leaves no daemon behind. */
    process.on('exit', () => { if (this.daemon?.exitCode === null) this.daemon.kill('SIGKILL'); });
    writeFileSync(this.feeder, JSON.stringify({ story: 'nothing lies there', device: { vendor: 'anjuan', model: 'feeder', serial: '1', features: ['feeder', 'duplex', 'counter', 'paper-present'] }, sheets: [] }));
  }

  /* Only what it needs of ours: at its first memory the sanitizer asks for the time, and libfaketime
   * then copies the environment to add to it. Were that of the size asked for, it would wait for itself. */
  env() {
    const ours = ['PATH', 'HOME', 'TMPDIR', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS'].filter((name) => name in process.env);
    return { ...Object.fromEntries(ours.map((name) => [name, process.env[name]])), LD_PRELOAD: preload(), FAKETIME: `${this.offset_s >= 0 ? '+' : ''}${this.offset_s}s`,
      FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1', NO_COLOR: '1', LC_ALL: 'C.UTF-8' };
  }

  /* The command line on the same data folder; standard output. */
  cli(...words) {
    return execFileSync(program, [...words, '--data', this.data], { encoding: 'utf8', env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
  }

  init() {
    this.cli('init', '--samples');
  }

  async serve() {
    this.daemon = spawn(program, ['serve', '--no-browser', '--data', this.data, '--listen', `127.0.0.1:${this.port}`, '--device', `script:${this.feeder}`],
      { env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.errors = '';
    this.daemon.stderr.on('data', (piece) => { this.errors += piece; });
    const lines = createInterface({ input: this.daemon.stdout });
    this.url = await new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('http')) resolve(line.trim());
        this.code = /\d{8}/.exec(line)?.[0] ?? this.code;
      });
      this.daemon.on('exit', (status) => reject(new Error(`anjuan serve ended with ${status}: ${this.errors}`)));
    });
    this.port = Number(new URL(this.url).port);
  }

  /* SIGTERM is an orderly end, SIGKILL a pulled plug. */
  async stop(signal = 'SIGTERM') {
    const { daemon } = this;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = new Promise((resolve) => daemon.on('exit', resolve));
    daemon.kill(signal);
    await ended;
  }

  async nextDay(days = 1) {
    await this.stop();
    this.offset_s += days * DAY_MS / 1000;
    await this.serve();
  }

  /* The date in the hall, `days` from now. */
  date(days = 0) {
    return new Date(Date.now() + this.offset_s * 1000 + 8 * 3600000 + days * DAY_MS).toISOString().slice(0, 10);
  }

  /* First run and people, as an administrator does it by the API; `firstRun` false where a test did that part by hand. */
  async staff({ firstRun = true } = {}) {
    if (firstRun) {
      const answer = await this.post('/first-run', { code: this.code, name: people.admin.name, secret, again: secret });
      if (answer.status !== 303) throw new Error(`first run: ${answer.status}`);
    }
    const admin = await this.client('admin');
    for (const person of Object.values(people))
      if (person.roles) await admin.command('POST', '/users', { ...person, secret });
  }

  post(path, form, headers = {}) {
    return send(`${this.url}${path}`, { method: 'POST', headers: { Origin: this.url, 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body: new URLSearchParams(form).toString() });
  }

  /* Signs on and gives the cookie, for a browser context or for requests of the test itself. */
  async client(role) {
    const answer = await this.post('/login', { who: people[role].number, secret });
    if (answer.status !== 303) throw new Error(`sign-on of ${role}: ${answer.status}`);
    const cookie = answer.headers['set-cookie'][0].split(';')[0];
    const get = async (path) => JSON.parse((await send(`${this.url}/api/v1${path}`, { headers: { Cookie: cookie } })).text);
    const { csrf } = await get('/session');
    const command = async (method, path, body) => {
      const { status, text } = await send(`${this.url}/api/v1${path}`, { method, headers: { Cookie: cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
      return text ? JSON.parse(text) : undefined;
    };
    return { cookie, get, command };
  }

  /* A browser context signed on as this person. */
  /* Somebody else at this browser. It leaves the app first: left in it without its cookie, the app goes to the sign-on by itself, against the way we send it. */
  async signOn(page, role, lang = 'zh') {
    const { cookie } = await this.client(role);
    const [name, value] = cookie.split('=');
    const context = page.context();
    await page.goto('about:blank');
    await context.clearCookies();
    await context.addCookies([{ name, value, url: this.url }, { name: 'lang', value: lang, url: this.url }]);
    await page.goto(this.url);
    await page.waitForSelector('.tab');
  }

  /* Puts a stack into the feeder: documents as [slot, sheets, kind]; `jamAt` a sheet that jams once, `receipt` digits of the sheet on top. */
  paper({ item, set = '000001', documents, separators = true, receipt, jamAt, delayMs }) {
    const folder = join(this.folder, 'stacks', String(++this.stacks));
    const plan = { item, set, item_name: '材料', separators, ...(receipt ? { receipt } : {}),
      documents: documents.map(([slot, sheets, kind = 'form']) => ({ slot, name: `材料 ${slot}`, kind, sheets })) };
    mkdirSync(folder);
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
    execFileSync(join(build, 'tests/pages/anjuan-pages'), ['session', '--out', folder, '--plan', join(folder, 'plan.json'), '--seed', String(this.stacks), '--hardness', '0', '--dpi', '150']);
    const script = JSON.parse(readFileSync(join(folder, 'script.json'), 'utf8'));
    for (const sheet of script.sheets)
      for (const side of [sheet.front, sheet.back]) side.path = join(folder, side.path);
    script.events = [...(jamAt ? [{ at: jamAt, do: 'jam' }] : []),
      ...(delayMs ? script.sheets.map((_, at) => ({ at: at + 1, do: 'late', ms: delayMs })) : [])];
    writeFileSync(`${this.feeder}.new`, JSON.stringify(script));
    renameSync(`${this.feeder}.new`, this.feeder);
    return script.sheets.length;
  }

  /* Digits of a document's code: what stands on the paper. */
  documentCode(number, document, copy = 1) {
    return this.cli('label', 'code', '--case', number, '--document', String(document), '--copy', String(copy)).trim();
  }

  /* Received with everything, by the API: scanned, settled, finished, with its receipt. */
  async received(applicant) {
    const clerk = await this.client('clerk');
    const { number } = await clerk.command('POST', '/cases', { item: '100007', applicant, fields: { applicant_licence: applicant, uscc: '91320583MA1ABCD2XM' } });
    const act = (body) => clerk.command('POST', `/cases/${number}/acts`, body);
    this.paper({ item: '100007', set: String(++this.sets).padStart(6, '0'), documents: [['A01', 2], ['A02', 1], ['A03', 1], ['A04', 1]] });
    let scan = await clerk.command('POST', '/scans', { case: number, duplex: true });
    while (scan.state === 'running') scan = await clerk.get(`/scans/${scan.id}`);
    for (const question of ['agent', 'name-change', 'address-change', 'legal-change']) await act({ act: 'answer', question, done: false });
    for (const [slot, tick] of [['A01', 'seal'], ['A01', 'signature'], ['A02', 'signature'], ['A04', 'signature']]) await act({ act: 'tick', slot, tick, done: true });
    await act({ act: 'slot', slot: 'A03', originals: 2 });
    const { case: made } = await act({ act: 'finish' });
    if (!made.check.complete) throw new Error(`not complete: ${JSON.stringify(made.check.slots.map((line) => line.detail))}`);
    await clerk.command('POST', `/cases/${number}/receipt`, {});
    return number;
  }

  /* … and accepted, decided and delivered: it can be filed. */
  async delivered(applicant) {
    const number = await this.received(applicant);
    const clerk = await this.client('clerk');
    for (const body of [{ act: 'accept' }, { act: 'decide', decision: 'granted' }, { act: 'deliver', told: 'signed' }])
      await clerk.command('POST', `/cases/${number}/acts`, body);
    return number;
  }

  async end() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
