/* SPDX-License-Identifier: Apache-2.0
 *
 * The app's own table of sentences, so that a test asks for a word and not for its spelling.
 */
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const web = new URL('../../ui/web/', import.meta.url);

/* words.ts without its types, as a module of its own in this language. */
export async function wordsOf(lang) {
  const { transformWithOxc } = await import(pathToFileURL(createRequire(web).resolve('vite')).href);
  const source = new URL('src/words.ts', web);
  const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source.pathname, { lang: 'ts' });
  const folder = mkdtempSync(join(tmpdir(), 'anjuan-words-'));
  const path = join(folder, 'words.mjs');
  writeFileSync(path, code);
  const words = await import(pathToFileURL(path).href);
  rmSync(folder, { recursive: true });
  words.setLang(lang);
  return words;
}
