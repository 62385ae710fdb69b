/* SPDX-License-Identifier: Apache-2.0 */
import { defineConfig } from 'vite';

/* The app's own chunk is fetched with the page although boot.ts begins it after the first paint. */
const fetchAppEarly = {
  name: 'fetch-app-early',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle }) {
      const app = Object.values(bundle ?? {}).find((chunk) => chunk.type === 'chunk' && chunk.name === 'main');
      if (!app) throw new Error('no chunk is called main');
      return [{ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${app.fileName}` }, injectTo: 'head' }];
    },
  },
};

export default defineConfig({
  base: '/',
  plugins: [fetchAppEarly],
  build: {
    target: 'chrome90',
    cssTarget: 'chrome90',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
});
