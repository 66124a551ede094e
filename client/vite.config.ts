// The dashboard's build. Everything is served by the server itself, under a policy without inline scripts or styles.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** What only Node runs: it stays an import that no browser comes to. */
const external = [/^node:/, 'ws'];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The sources tell a browser from Node by this.
  define: { 'typeof process': '"undefined"' },
  worker: { format: 'es', rolldownOptions: { external } },
  build: {
    target: 'es2023',
    // Modules of the engine are fetched as they are: their hash is the engine's identity.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { external },
  },
});
