import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The browser bundle. The server needs no build; it only serves what lands in dist/. */
export default defineConfig({
  // The plan grid's sizing would bring a React DOM of its own.
  resolve: { dedupe: ['react', 'react-dom'] },
  plugins: [react()],
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 1200 },
  server: {
    port: 4681,
    proxy: { '/api': 'http://127.0.0.1:4680', '/mcp': 'http://127.0.0.1:4680' },
  },
})
