/* SPDX-License-Identifier: Apache-2.0 */
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
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
