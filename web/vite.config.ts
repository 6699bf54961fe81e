import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { type Plugin, defineConfig } from 'vite';

const samples = join(import.meta.dirname, '..', 'samples');
const documents = readdirSync(samples).filter((name) => /\.(pdf|docx|csv)$/.test(name));

/** The sample goal's documents lie beside the page, with an index that the page reads. */
function sampleDocuments(): Plugin {
  return {
    name: 'sample-documents',
    generateBundle() {
      for (const name of documents) {
        this.emitFile({
          type: 'asset',
          fileName: `samples/${name}`,
          source: readFileSync(join(samples, name)),
        });
      }
      const index = documents.map((name) => ({ name, url: `/samples/${name}` }));
      this.emitFile({ type: 'asset', fileName: 'samples/index.json', source: JSON.stringify(index) });
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwind(), sampleDocuments()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Fonts stay files, and nothing is hidden in data addresses.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/status': 'http://127.0.0.1:8080',
      '/socket.io': { target: 'http://127.0.0.1:8080', ws: true },
    },
  },
});
