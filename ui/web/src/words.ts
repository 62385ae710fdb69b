/* SPDX-License-Identifier: Apache-2.0
 *
 * Saying things in the language of the screen; the sentences stand in word_list.ts.
 */
import { words } from './word_list.ts';

export type Lang = 'zh' | 'en';

export type Word = keyof typeof words;
export type Values = Record<string, string | number>;

let lang: Lang = 'zh';

export function setLang(next: Lang): void {
  lang = next;
}

export function currentLang(): Lang {
  return lang;
}

export function say(word: Word, values: Values = {}): string {
  return words[word][lang === 'zh' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/* A word whose name ends in a token of the API; the token itself where it is new. */
export function sayToken(prefix: string, token: string, values: Values = {}): string {
  const word = `${prefix}_${token}`;
  return word in words ? say(word as Word, values) : token;
}

/* 320583-001-261121-003-0017-KK */
export function showNumber(number: string): string {
  return number.replace(/^(\d{6})(\d{3})(\d{6})(\d{3})(\d{4})(\d{2})$/, '$1-$2-$3-$4-$5-$6');
}

/* What people say of a case: window and serial. */
export function shortNumber(number: string): string {
  return number.replace(/^\d{9}(\d{6})(\d{3})(\d{4})\d{2}$/, '$1-$2-$3');
}

/* "Name: what is said of it", two sentences, two clauses: with the marks of the language. */
export function pair(a: string, b: string): string {
  return say('pair', { a, b });
}

export function sentences(parts: readonly (string | undefined)[]): string {
  return parts.filter((part): part is string => !!part).reduce((a, b) => (a ? say('sentences', { a: a.replace(/[。.]$/, ''), b }) : b), '');
}

export function clauses(parts: readonly string[]): string {
  return parts.reduce((a, b) => (a ? say('clauses', { a, b }) : b), '');
}

/* Several names in one sentence. */
export function joinNames(names: readonly string[]): string {
  return names.join(lang === 'zh' ? '、' : ', ');
}

/* A word at the head of a line. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/* The hall has one time, wherever the browser stands. */
const ZONE = 'Asia/Shanghai';

export function showTime(instant: string): string {
  return new Date(instant).toLocaleTimeString(lang === 'zh' ? 'zh-CN' : 'en-GB', { hour12: false, timeZone: ZONE });
}

export function showDate(instant: string): string {
  return new Date(instant).toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-GB',
    { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: ZONE });
}
