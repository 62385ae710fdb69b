/* SPDX-License-Identifier: Apache-2.0
 *
 * A record of the journal as one line in the browser's own language, from its act and facts.
 */
import type * as Api from './api-types.ts';
import { say, sayToken, type Values } from './words.ts';

function values(facts: Api.EventFacts): Values {
  return {
    n: facts.sheet ?? '', s: facts.side ? say(facts.side === 'a' ? 'front' : 'back') : '', t: facts.title ?? '', p: facts.paper_number ?? '',
    r: facts.reprint ?? '', k: facts.stored ?? '', w: facts.window ?? '', d: facts.date ?? '',
  };
}

/* What was said of a slot is told by the answer to the act that said it. */
const told = new Set(['slot', 'case.field', 'look']);

/* Empty where the line would only repeat what stands there already. */
export function sayRecord(record: Api.RecordEvent): string {
  const facts = record.facts ?? {};
  if (told.has(record.act)) return '';
  if (record.act === 'case.step' && facts.step) return sayToken('did', facts.step);
  const word = record.act === 'batch.close' && facts.end !== undefined && facts.end !== 'done' ? 'batch.stop' : record.act;
  const words = sayToken('act', word, values(facts));
  return words === word ? record.text : words.trim();
}
