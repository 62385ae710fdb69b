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

/* words.ts and its table without their types, as modules of their own in this language. */
export async function wordsOf(lang) {
  const { transformWithOxc } = await import(pathToFileURL(createRequire(web).resolve('vite')).href);
  const folder = mkdtempSync(join(tmpdir(), 'anjuan-words-'));
  for (const name of ['word_list.ts', 'words.ts']) {
    const source = new URL(`src/${name}`, web);
    const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source.pathname, { lang: 'ts' });
    writeFileSync(join(folder, name.replace('.ts', '.mjs')), code.replace("'./word_list.ts'", "'./word_list.mjs'").replace('"./word_list.ts"', '"./word_list.mjs"'));
  }
  const words = await import(pathToFileURL(join(folder, 'words.mjs')).href);
  rmSync(folder, { recursive: true });
  words.setLang(lang);
  return words;
}
