import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// The server's policy is script-src 'self'; style-src 'self': nothing may be inlined.
export default defineConfig({
  base: '/',
  publicDir: 'public',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        client: page('client.html'),
        counsellor: page('counsellor.html'),
        operator: page('operator.html'),
        away: page('away.html'),
        widget: page('src/widget/quiet-room.ts'),
      },
      output: {
        // Other sites name /widget.js in their own pages: its address is for ever.
        entryFileNames: (chunk) =>
          chunk.name === 'widget' ? 'widget.js' : 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
