/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys have one name each: "F9", "Ctrl+Enter", "Ctrl+Shift+ArrowLeft".
 */
export interface Action {
  id: string;
  label: string;
  key: string;       /* "" where there is none */
  run: () => void;
  enabled: boolean;
  right?: boolean;   /* its place in the bar, which never changes */
  main?: boolean;    /* what the state asks for: the first of them stands out and is in the band */
  hidden?: boolean;  /* key only, not in the bar */
}

export function keyName(event: KeyboardEvent): string {
  const name = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${event.shiftKey ? 'Shift+' : ''}${name}`;
}

const shown: Record<string, string> = {
  Enter: '↵', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Delete: 'Del',
};

export function showKey(key: string): string {
  return key.split('+').map((part) => shown[part] ?? part).join('+');
}

/* Keys that write or move the cursor belong to a field while it has the focus. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  const field = target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
  return field && !event.altKey && (!event.ctrlKey || /^(?:[AaCcVvXxZzYy]|Arrow.*|Home|End|Backspace|Delete)$/.test(event.key)) &&
    !/^F\d+$/.test(event.key) && event.key !== 'Escape';
}
