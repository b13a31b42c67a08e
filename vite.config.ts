import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * One build, four doors: the page at `/`, the kiosk at `/kiosk`, the voices at `/voices`, and the element under its
 * stable name `/parley-avatar.js` for pages elsewhere. The pages with a face load that very file, so what is embedded is
 * what is seen. Addresses are relative, because an embedding page has another origin: the element finds its audio
 * worklets beside itself.
 */
export default defineConfig({
  root: here('web-client'),
  base: './',
  worker: { format: 'es' },
  build: {
    outDir: here('dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      preserveEntrySignatures: 'allow-extension',
      input: {
        page: here('web-client/index.html'),
        kiosk: here('web-client/kiosk.html'),
        voices: here('web-client/voices.html'),
        'parley-avatar': here('web-client/element/parley-avatar.ts'),
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'parley-avatar' ? 'parley-avatar.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
