/* SPDX-License-Identifier: Apache-2.0
 *
 * ⑦ 设备: scanners, readers, printers with their tests; people, items, holiday tables.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { getText } from '../api.ts';
import type * as Api from '../api-types.ts';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';
import { field, submit } from '../parts.ts';
import { attempt, command, log, may, refreshAll, set, state } from '../store.ts';
import { clauses, joinNames, pair, say, sayToken, showDate } from '../words.ts';
import type { ScreenView } from './screen.ts';

const lights: Record<Api.Light, string> = { fine: '●', waiting: '◐', 'needs-you': '▲', off: '○' };
const roles: Api.Role[] = ['clerk', 'archivist', 'auditor', 'supervisor', 'admin'];

async function test(device: Api.Device): Promise<void> {
  const result = await attempt(() => command<Api.DeviceTest>('POST', `/devices/${encodeURIComponent(device.name)}/test`, {}));
  if (result) set({ tests: { ...state.tests, [device.name]: result } });
}

function deviceRow(device: Api.Device): TemplateResult {
  const result = state.tests[device.name];
  const bad = device.light === 'needs-you';
  return html`<li class="device"><div class="device-name"><span class="light light-${device.light}"><span aria-hidden="true">${lights[device.light]}</span> ${sayToken('light', device.light)}</span>
    <b>${device.name}</b></div>
    <p><span class=${bad ? 'wrong' : ''}>${device.text}</span> <span class="muted">${device.driver}${device.serial ? ` · ${device.serial}` : ''}${device.kind === 'reader' ? '' : ` · ${say('sheetsToday', { n: device.today })}`}</span></p>
    ${device.can.includes('test') && may('clerk', 'admin') ? html`<button @click=${() => void test(device)}>${say('test')}</button>` : nothing}
    ${result ? html`<p class=${result.good ? 'good' : 'wrong'}>${result.good ? '✓' : '✗'} ${result.text}</p>` : nothing}</li>`;
}

function gun(): TemplateResult {
  const burst = state.burst;
  return html`<h2>${say('gunTest')}</h2><p>${say('gunTestText')}</p>
    ${burst ? html`<p class=${burst.ime ? 'wrong' : 'good'}>${burst.ime ? `✗ ${say('gunIme')} ` : '✓ '}${burst.reader ? say('gunRead', { c: burst.text, r: burst.reader }) : say('gunSaw', { c: burst.text, g: burst.gapMs })}</p>` : nothing}`;
}

function deviceList(): TemplateResult {
  const store = state.status?.store;
  return html`<section class="column panel" aria-label=${say('devices')} tabindex="0"><h2>${say('devices')}</h2>
    <ul class="devices">${state.devices.map(deviceRow)}</ul>
    ${gun()}
    ${store ? html`<h2>${say('storage')}</h2><p class="light-${store.light}"><span aria-hidden="true">${lights[store.light]}</span> ${say(store.days_left === null ? 'storageFree' : 'storageText', { g: Math.round(store.free_bytes / 1e9), d: store.days_left ?? '' })}</p>` : nothing}
  </section>`;
}

async function addUser(form: HTMLFormElement): Promise<void> {
  const data = new FormData(form);
  const body = { name: String(data.get('name')), roles: data.getAll('roles').map(String), secret: String(data.get('secret')) };
  if (!(await attempt(() => command<Api.Person>('POST', '/users', body)))) return;
  form.reset();
  set({ form: undefined });
  await refreshAll();
}

async function changeUser(number: string, change: Api.PersonChange): Promise<void> {
  if (await attempt(() => command<Api.Person>('PATCH', `/users/${number}`, change))) await refreshAll();
}

function users(): TemplateResult {
  return html`<h2>${say('users')}</h2>
    <table><thead><tr><th scope="col">${say('number')}</th><th scope="col">${say('name')}</th><th scope="col">${say('roles')}</th><th scope="col">${say('personState')}</th></tr></thead>
    <tbody>${state.users.map((user) => html`<tr><td class="whole">${user.number}</td><td class="whole">${user.name}</td><td>${joinNames(user.roles.map((role) => sayToken('role', role)))}</td>
      <td>${say(user.active ? 'active' : 'inactive')} <button class="link" @click=${() => void changeUser(user.number, { active: !user.active })}>${say(user.active ? 'deactivate' : 'activate')}</button></td></tr>`)}</tbody></table>
    <button aria-expanded=${state.form === 'user'} @click=${() => set({ form: state.form === 'user' ? undefined : 'user' })}>${say('addUser')}</button>
    ${state.form === 'user' ? html`<form class="inline" @submit=${submit((_, form) => void addUser(form))}>
      ${field('name', 'name')}<fieldset><legend>${say('roles')}</legend>${roles.map((role) => html`<label class="check"><input type="checkbox" name="roles" value=${role}> ${sayToken('role', role)}</label>`)}</fieldset>
      ${field('secret', 'firstPin', { type: 'password', complete: 'new-password' })}<div class="buttons"><button class="primary">${say('addUser')}</button></div></form>` : nothing}`;
}

async function importItem(event: Event): Promise<void> {
  const file = (event.target as HTMLInputElement).files?.[0];
  if (!file) return;
  const item = await attempt(async () => command<Api.Item>('POST', '/items', JSON.parse(await file.text()) as unknown));
  if (!item) return;
  log(say('imported', { n: item.name }));
  await refreshAll();
}

function items(): TemplateResult {
  return html`<h2>${say('itemsTitle')}</h2><p>${say('itemsCount', { n: state.items.length })}</p>
    <label class="field"><span>${say('itemImport')}</span><input type="file" accept=".json,application/json" @change=${(event: Event) => void importItem(event)}></label>`;
}

async function importCalendar(event: Event): Promise<void> {
  const file = (event.target as HTMLInputElement).files?.[0];
  if (!file) return;
  const text = await file.text();
  const calendar = await attempt(() => command<Api.Calendar>('PUT', '/calendar', text));
  if (calendar) set({ calendar });
}

function calendar(): TemplateResult {
  return html`<h2>${say('calendar')}</h2><p>${state.calendar ? `${joinNames(state.calendar.years.map(String))} · ${say('calendarUntil', { d: state.calendar.until })}` : ''}</p>
    <label class="field"><span>${say('calendarImport')}</span><input type="file" accept=".csv,text/csv" @change=${(event: Event) => void importCalendar(event)}></label>`;
}

async function backUp(passphrase: string): Promise<void> {
  if (!(await attempt(() => command<Api.Backup>('POST', '/backups', { destination: 'backups', passphrase })))) return;
  set({ form: undefined });
  await refreshAll();
}

/* A copy nobody has brought back is a hope; the drill restores it beside the store and says so. */
async function drill(name: string, passphrase: string): Promise<void> {
  if (!(await attempt(() => command<Api.Backup>('POST', `/backups/${encodeURIComponent(name)}/drill`, { passphrase })))) return;
  set({ form: undefined });
  await refreshAll();
}

function passphraseForm(form: string, run: (passphrase: string) => void): TemplateResult | typeof nothing {
  if (state.form !== form) return nothing;
  return html`<form class="inline" @submit=${submit((values) => run(values['passphrase'] ?? ''))}>
    ${field('passphrase', 'passphrase', { type: 'password', complete: 'new-password' })}
    <div class="buttons"><button class="primary">${say('confirm')}</button>
      <button type="button" @click=${() => set({ form: undefined })}>${say('cancel')} <kbd>Esc</kbd></button></div></form>`;
}

function backupRow(one: Api.Backup): TemplateResult {
  const good = one.state === 'done';
  return html`<li class="device"><b>${one.name}</b> <span class="muted">${showDate(one.at)} · ${(one.bytes / 1e6).toFixed(1)} MB</span>
    <span class=${one.state === 'failed' ? 'wrong' : good ? 'good' : ''}>${one.state === 'failed' ? '✗' : good ? '✓' : '◐'} ${say(one.state)}</span>
    ${good ? html`<button aria-expanded=${state.form === `drill ${one.name}`} @click=${() => set({ form: `drill ${one.name}` })}>${say('drill')}</button>` : nothing}
    ${passphraseForm(`drill ${one.name}`, (passphrase) => void drill(one.name, passphrase))}
    ${one.drill ? html`<p class=${one.drill.good ? 'good' : 'wrong'}>${one.drill.good ? '✓' : '✗'} ${showDate(one.drill.at)} ${one.drill.text}</p>` : nothing}</li>`;
}

function backups(): TemplateResult {
  return html`<h2>${say('backups')}</h2>
    ${state.backups.length === 0 ? html`<p class="empty">${say('noBackups')}</p>` : nothing}
    <ul class="devices">${state.backups.map(backupRow)}</ul>
    <button aria-expanded=${state.form === 'backup'} @click=${() => set({ form: 'backup' })}>${say('backupNow')}</button>
    ${passphraseForm('backup', (passphrase) => void backUp(passphrase))}`;
}

async function showDiagnostics(): Promise<void> {
  const text = await attempt(() => getText('/diagnostics'));
  if (text !== undefined) set({ diagnostics: text });
}

function settings(): TemplateResult {
  if (!may('admin')) return html`<section class="column panel" aria-label=${say('calendar')} tabindex="0"><h2>${say('calendar')}</h2>
    <p>${state.calendar ? say('calendarUntil', { d: state.calendar.until }) : ''}</p></section>`;
  return html`<section class="column panel" aria-label=${say('users')} tabindex="0">${users()}${backups()}${items()}${calendar()}
    <h2>${say('diagnostics')}</h2>${state.diagnostics === undefined
      ? html`<button @click=${() => void showDiagnostics()}>${say('open')}</button>` : html`<pre tabindex="0">${state.diagnostics}</pre>`}</section>`;
}

function band(): Band {
  const bad = state.devices.filter((device) => device.light === 'needs-you');
  if (bad.length > 0) return { tone: 'warn', symbol: '▲', title: say('devicesBad', { n: bad.length }), text: clauses(bad.map((device) => pair(device.name, device.text))) };
  return { tone: 'good', symbol: '●', title: say('devicesFine'), text: '' };
}

function actions(): Action[] {
  const scanner = state.devices.find((device) => device.kind === 'scanner' && device.can.includes('test'));
  return [{ id: 'test', label: say('testScan'), key: 'F9', run: () => scanner && void test(scanner), enabled: !!scanner && may('clerk', 'admin'), right: true, main: true }];
}

export const devices: ScreenView = { band, actions, work: () => html`<div class="columns even">${deviceList()}${settings()}</div>` };
