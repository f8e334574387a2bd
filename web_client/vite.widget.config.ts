import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// Other sites name /widget.js in their pages: its address is for ever, and it is one file, so that
// they can pin it by its hash and it needs nothing else from our origin.
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    lib: {
      entry: fileURLToPath(new URL('src/widget/quiet-room.ts', import.meta.url)),
      formats: ['es'],
      fileName: () => 'widget.js',
    },
  },
});
