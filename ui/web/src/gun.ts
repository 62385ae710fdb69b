/* SPDX-License-Identifier: Apache-2.0
 *
 * The burst collector: a code reader types like a very fast person, through whatever has the
 * focus and even through an input method. Characters less than GAP_MS apart that end with Enter
 * or Tab are a code and never reach a field; slower ones are a person's.
 */
const GAP_MS = 35;
const MIN_CHARS = 6;

export interface Burst {
  text: string;
  gapMs: number;     /* mean time between characters */
  ime: boolean;      /* an input method was in the way */
}

interface Field {
  element: HTMLInputElement | HTMLTextAreaElement;
  value: string;
}

/* ISO 7064 MOD 97-10: digits that are one of our codes. */
export function fitsCheck(digits: string): boolean {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return /^\d{8,}$/.test(digits) && digits.length % 2 === 0 && rest === 1;
}

/* What a key types; with an input method only `code` tells. */
function charOf(event: KeyboardEvent): string {
  if (event.ctrlKey || event.altKey || event.metaKey) return '';
  if (event.key.length === 1) return event.key;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  return event.key === 'Process' && digit?.[1] !== undefined ? digit[1] : '';
}

export function collectBursts(target: EventTarget, take: (burst: Burst) => void): void {
  let text = '';
  let first = 0;
  let last = -Infinity;
  let ime = false;
  let field: Field | undefined;

  function begin(at: number): void {
    const active = document.activeElement;
    text = '';
    first = at;
    ime = false;
    field = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement
      ? { element: active, value: active.value } : undefined;
  }

  function end(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (field) {
      field.element.value = field.value;
      field.element.dispatchEvent(new Event('input', { bubbles: true }));
    }
    take({ text, gapMs: Math.round((last - first) / Math.max(1, text.length - 1)), ime });
    text = '';
  }

  target.addEventListener('keydown', (raw) => {
    const event = raw as KeyboardEvent;
    /* When the key was pressed, not when a busy page came to look at it. */
    const at = event.timeStamp;
    const fast = at - last < GAP_MS;
    if ((event.key === 'Enter' || event.key === 'Tab') && fast && text.length >= MIN_CHARS) {
      end(event);
      return;
    }
    const char = charOf(event);
    if (char === '') return;
    if (!fast) begin(at);
    text += char;
    ime ||= event.key === 'Process';
    last = at;
    /* From the third fast character on it is a reader: its characters stay out of fields. */
    if (fast && text.length > 2) event.preventDefault();
  }, { capture: true });
}
