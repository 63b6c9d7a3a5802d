import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { offlinePlugin } from './scripts/offlinePlugin.mjs';

export default defineConfig(({ mode }) => ({
  // Relative addresses: the built page works under any path.
  base: './',
  plugins: [react(), offlinePlugin()],
  worker: { format: 'es' },
  // The manifest says what the first load consists of: scripts/firstLoad.mjs reads it.
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    manifest: 'files.json',
    // What a visitor waits for is checked by scripts/firstLoad.mjs; the library for HDF5, its WebAssembly inside, is fetched when needed.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // Every page, so that packages are prepared before the first request and no page reloads in the middle of its work.
  optimizeDeps: { entries: ['index.html', 'headless.html', 'e2e/harness/*.html', 'src/**/*Worker.ts'] },
  // Under test a page must not reload because a file was saved.
  server: mode === 'test' ? { hmr: false, watch: null } : {},
}));
