/* SPDX-License-Identifier: Apache-2.0
 *
 * A stand-in for the server, for tests of the app alone: a hall with a few cases and a scanner
 * that plays a stack of eight sheets. Every body, asked and answered, is held against the OpenAPI
 * document; what does not fit is in `faults`.
 */
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { faultsOf, operationOf } from './schema.mjs';

const dist = new URL('../../ui/web/dist/', import.meta.url).pathname;
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };
const strict = {
  'Content-Security-Policy': "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store',
};
const now = '2026-11-21T02:31:00Z';
const today = '2026-11-21';

export function numberOf(serial) {
  const body = `3205830012611210${'03'}${String(serial).padStart(4, '0')}`;
  let rest = 0;
  for (const digit of `${body}00`) rest = (rest * 10 + Number(digit)) % 97;
  return body + String(98 - rest).padStart(2, '0');
}

export function commandCode(command) {
  let rest = 0;
  for (const digit of `99${command}0000`) rest = (rest * 10 + Number(digit)) % 97;
  return `99${command}00${String(98 - rest).padStart(2, '0')}`;
}

export const itemCard = (() => {
  const body = '98000101' + '0000' + '000000' + '01' + '02';
  let rest = 0;
  for (const digit of `${body}00`) rest = (rest * 10 + Number(digit)) % 97;
  return body + String(98 - rest).padStart(2, '0');
})();

const slotNames = ['取水许可申请书', '申请人身份证明', '建设项目水资源论证报告', '授权委托书', '取水口位置图', '第三者利害关系说明', '取水设备清单', '水质检验报告', '守法承诺书', '其他材料'];
/* Which slot each of the eight sheets goes to, and how many of its sides carry a page. */
const stack = [[0, 2], [0, 2], [1, 2], [2, 2], [2, 2], [2, 1], [4, 1], [8, 2]];
const items = [
  { code: 'water-permit', number: '000101', name: '取水许可审批', department: '水利局', promised_days: 10, slots: 10 },
  { code: 'product-licence', number: '000102', name: '工业产品生产许可证', department: '市场监督管理局', promised_days: 20, slots: 12 },
  { code: 'vehicle-tax', number: '000103', name: '车辆购置税申报', department: '税务局', promised_days: null, slots: 5 },
  { code: 'society', number: '000104', name: '社会团体成立登记', department: '民政局', promised_days: 30, slots: 9 },
  { code: 'relief', number: '000105', name: '临时救助（大病）', department: '民政局', promised_days: 7, slots: 6 },
];

function checkOf(one) {
  const slots = slotNames.map((name, at) => {
    const code = `A${String(at + 1).padStart(2, '0')}`;
    const pages = one.sides.filter((side) => side.slot === code && side.state !== 'void' && !side.blank).length;
    const decided = one.decided_slots[code];
    const state = decided ?? (pages > 0 ? 'complete' : 'missing');
    return {
      code, name, state, main: at < 3, need: at === 9 ? 'optional' : at === 5 ? 'conditional' : 'required', promisable: at === 4, pages, documents: pages > 0 ? 1 : 0,
      detail: state === 'missing' && at < 9 ? '请提交原件一份，复印件一份。' : '', originals: 1, copies: 1, until: null,
      defects: [], ticks: pages > 0 ? [{ tick: 'original', label: '原件已核', done: !!one.ticks[code] }] : [],
    };
  });
  slots[5].state = one.decided_slots.A06 ?? (slots[5].pages > 0 ? 'complete' : 'na');
  const missing = slots.filter((slot) => slot.state === 'missing' && slot.need !== 'optional').length;
  return { number: one.number, complete: missing === 0, missing, persons: 0, slots };
}

function deadlineOf(one) {
  return { lamp: one.lamp, purpose: one.purpose ?? 'notice', due: '2026-11-27', left: one.left, unit: 'working-day', silence: (one.purpose ?? 'notice') === 'notice', estimated: false };
}

function rowOf(one) {
  return {
    number: one.number, item: one.item.name, applicant: one.applicant.slice(0, 1) + '*'.repeat(one.applicant.length - 1), state: one.state, kind: one.kind, window: '003',
    received_at: now, parked: one.parked, finished: one.finished, missing: checkOf(one).missing, deadline: deadlineOf(one), stuck: one.stuck ?? '', archive_number: null, place: null,
  };
}

function caseOf(one) {
  const check = checkOf(one);
  const pages = one.sides.filter((side) => side.page !== null).length;
  const sheets = new Set(one.sides.map((side) => side.sheet)).size;
  const documents = [...new Set(one.sides.map((side) => side.document))].filter((number) => number !== null).map((number) => {
    const sides = one.sides.filter((side) => side.document === number);
    const at = Number(sides[0].slot.slice(1)) - 1;
    return { number, family: 'A', code: sides[0].slot, title: slotNames[at], state: 'open', reason: null, copies: 1, originals: 1, kept: true, paper_number: null, printed: 0, position: null, first_page: null, sides: sides.map((side) => side.id) };
  });
  return {
    number: one.number, version: one.version, item: { code: one.item.code, name: one.item.name, number: one.item.number },
    applicant: one.masked ? one.applicant.slice(0, 1) + '**' : one.applicant, masked: one.masked, phone: null, state: one.state, kind: one.kind, kinds: ['即办件', '承诺件', '补办件', '联办件', '退回件', '急办件', '上报件'],
    channel: 'window', window: '003', received_at: now, recorded_at: now, parked: one.parked, finished: one.finished, accepted_at: null, decided_at: null, decision: null, archive_number: null, place: null,
    deadlines: [deadlineOf(one)], check, questions: [], fields: [], held: false, documents: [...documents, ...one.papers], sides: one.sides, open_slot: one.open_slot,
    counts: { sheets_in: sheets, pages, blanks: one.sides.filter((side) => side.blank).length, sheets_out: sheets, even: true },
    undo: one.history.length > 0 ? '刚才的一步' : null, redo: null, next: ['finish', 'park', 'resume-intake', 'supplement'],
    print: check.missing > 0 ? 'supplement' : 'receipt',
  };
}

export function startMock({ sheetMs = 120 } = {}) {
  const faults = [];
  const streams = new Set();
  let heard;
  const listening = new Promise((resolve) => { heard = resolve; });
  const records = [];
  let seq = 100;
  let serial = 17;
  let batch = 40;
  let scan;
  let jam = 0;          /* after so many sheets, once */
  let signedOn = true;
  const cases = new Map();
  const users = [
    { number: '000001', name: '李强', roles: ['admin'], active: true, badge: '9700000175' },
    { number: '000123', name: '王芳', roles: ['clerk', 'archivist', 'auditor', 'supervisor', 'admin'], active: true, badge: '9700012320' },
  ];
  const exports = [{
    id: 'e1', format: 'bag-tar', destination: 'usb', state: 'done', cases: 12, cases_done: 12, bytes: 84231168, started_at: now,
    files: [{ name: 'anjuan-2026-11-20.tar', bytes: 84231168, sha256: '9f3a'.repeat(16) }], receipt: null, problem: null }];
  let audit = {
    id: 'a1', state: 'done', from: '2026-11-01', to: today, level: 'full', started_at: now, complete: true,
    figures: { numbers: 412, void: 1, cases: 411, documents: 3120, pages: 6204, blanks: 811, gaps: 0, late: 2, unverified: 0, altered: 0, read: 7015, unread: 0, unplaced: 0, filed: 390, bundles: 2 }, bundles: [],
    windows: [{ window: '003', date: today, first: 1, last: 86, missing: [], void: [{ serial: 33, reason: '标签打错' }] }, { window: '005', date: today, first: 1, last: 41, missing: [], void: [] }],
    days: ['2026-11-18', '2026-11-19', '2026-11-20'].map((date, at) => ({ date, window: '003', closed: true, root: `${at}be2`.repeat(16), good: true })),
    journal: { records: 48211, good: true, root: '0be2'.repeat(16), checkpoint: 'anjuan/1', signed_at: now }, sample: [], findings: [], done: 100,
  };

  function publish(act, one, text, side) {
    seq++;
    const data = { act, t: now, facts: {}, case: one?.number ?? null, station: '003', text, ...(side ? { side } : {}) };
    faults.push(...faultsOf({ $ref: '#/components/schemas/RecordEvent' }, data).map((fault) => `event ${act}: ${fault}`));
    const record = { seq, text: `id: ${seq}\nevent: record\ndata: ${JSON.stringify(data)}\n\n` };
    records.push(record);
    for (const stream of streams) stream.write(record.text);
  }

  function tellScan() {
    const data = { batch: scan.id, state: scan.state, sheets: scan.sheets, case: scan.case, ...(scan.fault ? { fault: scan.fault } : {}) };
    for (const stream of streams) stream.write(`event: scan\ndata: ${JSON.stringify(data)}\n\n`);
  }

  function addCase(item, applicant, more = {}) {
    const one = {
      number: numberOf(serial++), version: ++seq, item, applicant, state: 'received', kind: '承诺件', sides: [], papers: [], decided_slots: {}, ticks: {}, history: [], open_slot: 'A01',
      parked: false, finished: false, masked: false, lamp: 'yellow', left: 5, ...more };
    cases.set(one.number, one);
    return one;
  }

  function addSheet(one, index) {
    const [slot, pages] = stack[index];
    const code = `A${String(slot + 1).padStart(2, '0')}`;
    one.open_slot = code;
    for (const side of ['a', 'b']) {
      const blank = side === 'b' && pages === 1;
      const page = blank ? null : one.sides.filter((known) => known.page !== null).length + 1;
      const made = {
        id: `${scan.id}-${index + 1}-${side}`, sheet: index + 1, side, state: 'stored', blank, page, document: slot + 1, slot: code, turn: 0, width_px: 2480, height_px: 3508, dpi: 300, mode: 'color',
        reviews: page === 9 ? [{ fact: 'dark', text: '偏暗', of: null }] : [], reason: null };
      one.sides.push(made);
      publish('side', one, `已存 第 ${index + 1} 张 ${side === 'a' ? '正面' : '背面'}`, made);
    }
  }

  function feed() {
    const one = cases.get(scan.case);
    if (scan.state !== 'running') return;
    if (jam > 0 && scan.sheets === jam) {
      jam = 0;
      scan.state = 'fault';
      scan.fault = { code: 'jam', title: '卡纸', text: `请打开上盖，取出卡住的纸，放回送纸器，按 F9 续扫。已收 ${scan.sheets} 张都在。`, last_side: one?.sides[one.sides.length - 1]?.id ?? null };
      tellScan();
      return;
    }
    if (scan.sheets === stack.length) {
      scan.state = 'done';
      one.version = ++seq;
      one.open_slot = null;
      publish('batch-closed', one, '纸已走完：进 8 张，存 16 面');
      tellScan();
      return;
    }
    addSheet(one, scan.sheets++);
    tellScan();
    setTimeout(feed, sheetMs);
  }

  function scanOf() {
    return { id: scan.id, case: scan.case, device: '窗口3-高速', state: scan.state, sheets: scan.sheets, sides: scan.sheets * 2, fault: scan.fault ?? null };
  }

  function remember(one) {
    one.history.push(JSON.stringify({ sides: one.sides, ticks: one.ticks, decided_slots: one.decided_slots, open_slot: one.open_slot }));
    one.version = ++seq;
  }

  const lines = {
    finish: '收件完成', park: '已挂起', tick: '已核原件', slot: '已登记', undo: '已撤销：刚才的一步', kind: '件型已改', 'next-slot': '下一份', 'same-slot': '同类续扫', 'open-slot': '下一张收到所选材料', file: '已归档' };

  function act(one, body) {
    if (body.act === 'finish' && checkOf(one).missing > 0 && !body.again)
      return { case: caseOf(one), said: '', seq, ask: `还缺 ${checkOf(one).missing} 项，再扫一次「收件完成」按补办件出告知书` };
    if (body.act === 'undo') Object.assign(one, JSON.parse(one.history.pop() ?? '{}'));
    else remember(one);
    if (body.act === 'tick') one.ticks[body.slot] = body.done;
    if (body.act === 'slot') { if (body.state === 'none') delete one.decided_slots[body.slot]; else one.decided_slots[body.slot] = body.state === 'present' ? 'complete' : body.state; }
    if (body.act === 'park') one.parked = true;
    if (body.act === 'kind') one.kind = body.kind;
    if (body.act === 'open-slot') one.open_slot = body.slot;
    if (body.act === 'finish') one.finished = true;
    publish(body.act, one, lines[body.act] ?? body.act);
    return { case: caseOf(one), said: lines[body.act] ?? body.act, seq };
  }

  function sideAct(id, body) {
    const one = [...cases.values()].find((known) => known.sides.some((side) => side.id === id));
    remember(one);
    one.sides = one.sides.map((side) => {
      if (side.id !== id) return side;
      if (body.act === 'turn') return { ...side, turn: (side.turn + body.turn) % 360 };
      if (body.act === 'move') return { ...side, slot: body.slot, document: Number(body.slot.slice(1)) };
      if (body.act === 'void') return { ...side, state: 'void', reason: body.reason };
      if (body.act === 'good') return { ...side, reviews: [] };
      return { ...side, state: 'stored' };
    });
    return { case: caseOf(one), said: { turn: '已转', move: '已移', void: '已作废', good: '看过，可以' }[body.act] ?? '已改', seq };
  }

  function paper(one, title, code) {
    const document = { number: 20 + one.papers.length, family: 'B', code, title, state: 'open', reason: null, copies: 3, originals: 0, kept: true, paper_number: '昆水许补〔2026〕17号', printed: 1, position: null, first_page: null, sides: [] };
    one.papers.push(document);
    one.version = ++seq;
    return {
      document: document.number, paper_number: document.paper_number, title, printed: true, reprint: 0, pdf: `/api/v1/cases/${one.number}/documents/${document.number}/pdf`,
      copies: [{ copy: 1, receiver: '第一联 存窗口' }, { copy: 2, receiver: '第二联 业务科' }, { copy: 3, receiver: '第三联 服务对象' }] };
  }

  function find(q) {
    const bare = q.replaceAll('-', '');
    if (bare === itemCard) return { kind: 'item', text: '事项卡：取水许可审批', item: items[0] };
    if (cases.has(bare)) return { kind: 'case', text: '办件', cases: [rowOf(cases.get(bare))] };
    if (/^96/.test(bare)) return { kind: 'box', text: '盒', box: bare.slice(2, 10) };
    const rows = [...cases.values()].filter((one) => one.applicant.includes(q) || one.item.name.includes(q)).map(rowOf);
    return rows.length > 0 ? { kind: 'cases', text: `“${q}”`, cases: rows } : { kind: 'nothing', text: q };
  }

  const light = (kind, text) => ({ light: kind, text });
  const problem = (status, code, title, detail, hint = '') => ({ status, body: { type: `urn:anjuan:error:${code}`, title, status, code, detail, hint } });

  const routes = {
    'GET /session': () => ({ person: '000123', name: '王芳', roles: users[1].roles, csrf: 'c'.repeat(32), hall: '昆山市政务服务中心', window: '003', post: 'A', version: '0.1.0' }),
    'DELETE /session': () => { signedOn = false; return { status: 204 }; },
    'GET /status': () => ({ seq, now, scanner: light('fine', '窗口3-高速'), printer: light('fine', 'HP-A4'), outbox: { waiting: 12 }, clock: { light: 'fine', trust: 'synced' }, store: { light: 'fine', free_bytes: 212e9, days_left: 1400 }, tray: 1 }),
    'GET /items': () => ({ items }),
    'GET /cases': () => ({ cases: [...cases.values()].filter((one) => !one.finished || one.lamp !== 'none').map(rowOf), next: null }),
    'POST /cases': ({ body }) => { const one = addCase(items.find((item) => item.code === body.item), body.applicant); publish('received', one, '收件'); return { status: 201, body: caseOf(one) }; },
    'GET /cases/{number}': ({ part }) => cases.has(part[0].replaceAll('-', '')) ? caseOf(cases.get(part[0].replaceAll('-', ''))) : problem(404, 'no-case', '没有这个办件', part[0], '请核对编号或按姓名查找'),
    'GET /cases/{number}/timeline': ({ part }) => ({ events: ['收件', '开始扫描', '补正告知书 已打印 第一至三联'].map((text, at) => ({ seq: at + 1, t: now, actor: '王芳', station: '003', act: 'x', text, case: part[0] })), next: null }),
    'POST /cases/{number}/look': ({ part }) => { cases.get(part[0]).masked = false; return { status: 204 }; },
    'POST /cases/{number}/acts': ({ part, body }) => act(cases.get(part[0]), body),
    'POST /cases/{number}/notices': ({ part, body }) => ({ status: 201, body: paper(cases.get(part[0]), '补正告知书', body.kind) }),
    'POST /cases/{number}/receipt': ({ part }) => ({ status: 201, body: paper(cases.get(part[0]), '收件凭证', 'receipt') }),
    'POST /scans': ({ body }) => { scan = { id: ++batch, case: body.case ?? [...cases.keys()][0], state: 'running', sheets: 0 }; setTimeout(feed, sheetMs); return { status: 201, body: scanOf() }; },
    'GET /scans/{batch}': () => scanOf(),
    'POST /scans/{batch}/acts': ({ body }) => {
      if (body.act === 'stop') scan.state = 'stopped';
      if (body.act === 'continue') { scan.state = 'running'; scan.fault = undefined; setTimeout(feed, sheetMs); }
      return scanOf();
    },
    'POST /sides/{id}/acts': ({ part, body }) => sideAct(part[0], body),
    'GET /tray': () => ({ stacks: [{ id: 39, since: now, reason: '2 张纸没有条码，当时没有打开的办件', suggestion: null, sides: [1, 2].map((sheet) => ({ id: `39-${sheet}-a`, sheet, side: 'a', state: 'stored', blank: false, page: null, document: null, slot: null, turn: 0, width_px: 2480, height_px: 3508, dpi: 300, mode: 'color', reviews: [], reason: '没有条码' })) }] }),
    'POST /tray/{batch}/place': ({ body }) => cases.has(body.case) ? { case: caseOf(cases.get(body.case)), said: '已归件', seq } : problem(404, 'no-case', '没有这个办件', body.case),
    'GET /find': ({ query }) => find(query.get('q')),
    'GET /fileable': () => ({ ready: [...cases.values()].slice(2, 4).map(rowOf), blocked: [{ case: rowOf([...cases.values()][1]), reasons: ['授权委托书 缺', '保管期限未定'] }], filed_today: 3 }),
    'POST /custody': () => ({ status: 204 }),
    'GET /destinations': () => ({ destinations: [{ name: 'usb', text: 'U 盘「KINGSTON」', kind: 'usb', free_bytes: 28e9, light: 'fine' }] }),
    'GET /exports': () => ({ exports, next: null }),
    'POST /exports': ({ body }) => { const job = { ...exports[0], id: `e${exports.length + 1}`, format: body.format, state: 'running', cases: body.cases?.length ?? 9, cases_done: 1, bytes: 0, files: [] }; exports.unshift(job); return { status: 202, body: job }; },
    'POST /exports/{job}/acts': ({ part, body }) => { const job = exports.find((one) => one.id === part[0]); job.receipt = { by: body.by, at: now }; return job; },
    'POST /audits': ({ body }) => { audit = { ...audit, from: body.from, to: body.to }; return { status: 202, body: audit }; },
    'GET /audits/{job}': () => audit,
    'GET /day': () => ({ date: today, window: '003', closed: false, code: null, root: null, left: [{ kind: 'unplaced', text: '待归件 2 张', case: null }, { kind: 'no-receipt', text: '未出凭证', case: [...cases.keys()][0] }],
      figures: { received: 86, finished: 79, accepted: 70, decided: 61, supplement: 5, returned: 1, due_today: 2, late: 0, sheets: 1204, pages: 1811, receipts_missing: 1, intake_seconds: 161 } }),
    'POST /day/close': ({ body }) => ({ day: { ...routes['GET /day'](), closed: !!body.second }, ask: body.second ? null : '还有 2 项遗留' }),
    'POST /day/handover': () => ({ cases: 3, sheets: 41, paper: null }),
    'GET /board': ({ query }) => {
      const lamps = ['red', 'yellow', 'yellow', 'paused', 'green'];
      const rows = [...cases.values()].map((one, at) => ({ ...rowOf(one), deadline: { ...deadlineOf(one), purpose: 'decide', silence: false, lamp: lamps[at % 5], left: [-2, 1, 1, null, 6][at % 5] }, stuck: ['踏勘 3 日', '审核', '等 住建', '等申请人 2 日', ''][at % 5] })).filter((row) => !query.get('lamp') || row.deadline.lamp === query.get('lamp'));
      return { at: now, rows, next: null, calendar_until: '2026-12-31', windows: [{ window: '003', open: 12, red: 1, yellow: 1 }, { window: '005', open: 7, red: 0, yellow: 1 }], kinds: [{ kind: '承诺件', open: 14, red: 1, yellow: 1 }, { kind: '补办件', open: 5, red: 0, yellow: 1 }],
        oddities: [{ text: '补登超过一天', case: rows[0]?.number ?? null }], figures: { red: 1, yellow: 2, paused: 1, green: 14, not_started: 1, received_today: 86, decided_today: 79, on_time_percent: 98.8, returned_today: 3 } };
    },
    'GET /devices': () => ({ devices: [
      { name: '窗口3-高速', kind: 'scanner', driver: 'sane fujitsu', serial: 'A123', light: 'fine', text: '就绪', default: true, today: 412, can: ['feeder', 'duplex', 'counter', 'test'] },
      { name: 'HP-A4', kind: 'printer', driver: 'ipp', serial: null, light: 'needs-you', text: '缺纸，请放 A4 纸；其他照常工作', default: true, today: 88, can: ['test'] },
      { name: '扫码枪', kind: 'reader', driver: 'evdev', serial: null, light: 'fine', text: '就绪', default: true, today: 230, can: [] }] }),
    'POST /devices/{device}/test': () => ({ good: true, text: '试扫一页成功，200 dpi，1.2 秒' }),
    'GET /users': () => ({ users }),
    'POST /users': ({ body }) => { const one = { number: '000200', name: body.name, roles: body.roles, active: true }; users.push(one); return { status: 201, body: one }; },
    'PATCH /users/{user}': ({ part, body }) => Object.assign(users.find((one) => one.number === part[0]), body),
    'GET /backups': () => ({ backups: [{ name: '2026-11-20', at: now, seq: 48000, bytes: 812e6, state: 'done', drill: null }] }),
    'POST /backups': () => ({ status: 202, body: { name: today, at: now, seq, bytes: 0, state: 'running', drill: null } }),
    'GET /calendar': () => ({ years: [2025, 2026], until: '2026-12-31', days: 58 }),
  };

  function picture(side, wide) {
    const lines = Array.from({ length: 22 }, (_, at) => `<rect x="40" y="${80 + at * 24}" width="${300 + ((at * 97 + side.length * 31) % 200)}" height="7" fill="#445"/>`).join('');
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 848" width="${wide}"><rect width="600" height="848" fill="#fff"/><text x="40" y="55" font-size="26">${side}</text>${lines}<circle cx="460" cy="690" r="70" fill="none" stroke="#c22" stroke-width="7"/></svg>`;
  }

  function answer(response, found, result) {
    const status = result.status ?? 200;
    const body = result.status === undefined ? result : result.body;
    const documented = found.operation.responses[status] ?? found.operation.responses.default;
    const schema = documented.$ref ? { $ref: '#/components/schemas/Problem' } : documented.content?.['application/json']?.schema;
    if (schema) faults.push(...faultsOf(schema, body).map((fault) => `${found.template}: ${fault}`));
    response.writeHead(status, { ...strict, 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  function callApi(request, response, url, text) {
    const path = url.pathname.slice('/api/v1'.length);
    const found = operationOf(request.method, path);
    const route = found && routes[`${request.method} ${found.template}`];
    if (path === '/events') {
      response.writeHead(200, { ...strict, 'Content-Type': 'text/event-stream' });
      const after = Number(request.headers['last-event-id'] ?? url.searchParams.get('after') ?? seq);
      response.write(`retry: 200\nid: ${after}\nevent: hello\ndata: {}\n\n`);
      for (const record of records) if (record.seq > after) response.write(record.text);
      streams.add(response);
      heard();
      response.on('close', () => streams.delete(response));
      return;
    }
    const image = /^\/sides\/([^/]+)\/(thumbnail|view|full)$/.exec(path);
    if (image) {
      response.writeHead(200, { ...strict, 'Content-Type': 'image/svg+xml' });
      response.end(picture(image[1], { thumbnail: 160, view: 1240, full: 2480 }[image[2]]));
      return;
    }
    if (!route) {
      faults.push(`${request.method} ${path} is not in the document or the mock`);
      response.writeHead(404).end();
      return;
    }
    const body = text && request.headers['content-type'] === 'application/json' ? JSON.parse(text) : undefined;
    const asked = found.operation.requestBody?.content?.['application/json']?.schema;
    if (asked) faults.push(...faultsOf(asked, body).map((fault) => `asked ${found.template}: ${fault}`));
    if (request.method !== 'GET' && request.headers['x-csrf-token'] !== 'c'.repeat(32)) faults.push(`${path}: no CSRF token`);
    const part = path.match(new RegExp(`^${found.template.replace(/\{\w+\}/g, '([^/]+)')}$`)).slice(1).map(decodeURIComponent);
    answer(response, found, route({ part, body, query: url.searchParams }));
  }

  function serveFile(response, path) {
    const name = path === '/' ? 'index.html' : path.slice(1);
    try {
      const bytes = readFileSync(join(dist, name));
      response.writeHead(200, { ...strict, 'Content-Type': types[extname(name)] ?? 'application/octet-stream' });
      response.end(bytes);
    } catch {
      response.writeHead(path === '/login' ? 200 : 404, { ...strict, 'Content-Type': 'text/html' }).end('login');
    }
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    let text = '';
    request.on('data', (piece) => { text += piece; });
    request.on('end', () => url.pathname.startsWith('/api/v1/') ? callApi(request, response, url, text) : serveFile(response, url.pathname));
  });

  addCase(items[4], '赵建国', { lamp: 'yellow', left: 1, kind: '补办件', purpose: 'decide' });
  addCase(items[0], '昆山锦溪水产合作社', { lamp: 'paused', left: null, state: 'supplement', kind: '补办件', finished: true, stuck: '等申请人 2 日', purpose: 'supplement' });
  addCase(items[1], '江苏恒润机械有限公司', { lamp: 'green', left: 6, state: 'accepted', finished: true, purpose: 'decide', masked: true });
  addCase(items[3], '玉山镇书法协会', { lamp: 'not-started', left: null, parked: true });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
    url: `http://127.0.0.1:${server.address().port}`, faults, cases,
    jamAfter: (sheets) => { jam = sheets; },
    /* Kept once a screen listens. */
    listening,
    /* A reader of the appliance has read this; null: a part of it was lost. */
    read: (code) => {
      const data = { reader: 'serial:/dev/ttyS0', code };
      faults.push(...faultsOf({ $ref: '#/components/schemas/CodeEvent' }, data).map((fault) => `code: ${fault}`));
      for (const stream of streams) stream.write(`event: code\ndata: ${JSON.stringify(data)}\n\n`);
    },
    cutStreams: () => { for (const stream of streams) stream.destroy(); },
    signedOn: () => signedOn,
    stop: () => { server.closeAllConnections(); server.close(); },
  })));
}
