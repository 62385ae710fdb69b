/* SPDX-License-Identifier: Apache-2.0
 *
 * 办理: the steps that the life of a case allows now, each with what it must be told.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type * as Api from '../api-types.ts';
import { field, submit } from '../parts.ts';
import { attempt, command, log, refreshAll, set, state } from '../store.ts';
import { say, sayToken, type Word } from '../words.ts';

type Part = 'reason' | 'why' | 'told' | 'post' | 'decision' | 'pause' | 'organ' | 'second';

/* In the order in which a case meets them; what needs nothing is done at once. */
const steps: Array<{ act: Api.CaseAct['act']; word: Word; parts: Part[] }> = [
  { act: 'correct', word: 'step_correct', parts: ['why'] },
  { act: 'supplement', word: 'step_tell', parts: ['told', 'post'] },
  { act: 'accept', word: 'step_accept', parts: ['second'] },
  { act: 'refuse', word: 'step_refuse', parts: ['reason', 'organ'] },
  { act: 'not-needed', word: 'step_not-needed', parts: ['reason'] },
  { act: 'return', word: 'step_return', parts: ['reason'] },
  { act: 'pause', word: 'step_pause', parts: ['pause'] },
  { act: 'resume', word: 'step_resume', parts: [] },
  { act: 'extend', word: 'step_extend', parts: ['reason'] },
  { act: 'hand-up', word: 'step_hand-up', parts: ['organ'] },
  { act: 'handed-back', word: 'step_handed-back', parts: [] },
  { act: 'decide', word: 'step_decide', parts: ['decision', 'why'] },
  { act: 'deliver', word: 'step_deliver', parts: ['told', 'post'] },
  { act: 'withdraw', word: 'step_withdraw', parts: ['reason'] },
  { act: 'hold', word: 'step_hold', parts: ['reason'] },
];

const pauses = ['hearing', 'bidding', 'auction', 'inspection', 'test', 'quarantine', 'appraisal', 'experts', 'publication'];

function choice(name: string, word: Word, prefix: string, values: readonly string[]): TemplateResult {
  return html`<label class="field"><span>${say(word)}</span><select name=${name}>${values.map((value) =>
    html`<option value=${value}>${sayToken(prefix, value)}</option>`)}</select></label>`;
}

const parts: Record<Part, () => TemplateResult> = {
  reason: () => field('reason', 'reason'),
  why: () => field('reason', 'why', { required: false }),
  told: () => choice('told', 'told', 'told', ['signed', 'post', 'electronic']),
  post: () => field('post_number', 'postNumber', { required: false }),
  decision: () => choice('decision', 'decision', 'decision', ['granted', 'denied']),
  pause: () => choice('reason', 'step_pause', 'pause', pauses),
  organ: () => field('organ', 'organ', { required: false }),
  second: () => html`${field('who', 'secondCheck', { required: false })}${field('secret', 'pin', { type: 'password', required: false })}`,
};

async function take(shown: Api.Case, act: Api.CaseAct['act'], values: Record<string, string>): Promise<void> {
  const { who, secret, ...given } = values;
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
  const body = { act, ...filled, ...(who && secret ? { second: { who, secret } } : {}) };
  const change = await attempt(() => command<Api.CaseChange>('POST', `/cases/${shown.number}/acts`, body, shown.version));
  if (!change) return;
  log(change.said);
  set({ form: undefined, shown: change.case });
  await refreshAll();
}

function form(shown: Api.Case, step: (typeof steps)[number]): TemplateResult {
  return html`<form class="inline" @submit=${submit((values) => void take(shown, step.act, values))}>
    <b>${say(step.word)}</b>${step.parts.map((part) => parts[part]())}
    <div class="buttons"><button class="primary">${say('confirm')}</button>
      <button type="button" @click=${() => set({ form: undefined })}>${say('cancel')} <kbd>Esc</kbd></button></div></form>`;
}

export function stepsOf(shown: Api.Case): TemplateResult | typeof nothing {
  const open = steps.filter((step) => shown.next.includes(step.act));
  if (open.length === 0) return nothing;
  const chosen = open.find((step) => state.form === `step ${step.act}`);
  return html`<h3>${say('steps')}</h3><div class="buttons">${open.map((step) => html`
    <button aria-expanded=${step.parts.length > 0 ? String(step === chosen) : nothing}
      @click=${() => step.parts.length === 0 ? void take(shown, step.act, {}) : set({ form: step === chosen ? undefined : `step ${step.act}` })}>${say(step.word)}</button>`)}</div>
    ${chosen ? form(shown, chosen) : nothing}`;
}
