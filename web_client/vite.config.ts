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
        visit: page('visit.html'),
        desk: page('desk.html'),
        staff: page('staff.html'),
        operator: page('operator.html'),
        away: page('away.html'),
        lab: page('lab.html'),
      },
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
