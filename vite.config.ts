import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { leftOut } from './scripts/left-out.ts'

/** Whether the cockpit stands on a module of ours: imports it, or what it imports does; not what it fetches later. */
function cockpit(id: string, about: (id: string) => { importers: readonly string[] } | null): boolean {
  const seen = new Set<string>()
  const used = (one: string): boolean => {
    if (/performance[\\/]Cockpit\.tsx$/.test(one)) return true
    if (seen.has(one)) return false
    seen.add(one)
    return about(one)?.importers.some(used) ?? false
  }
  return used(id)
}

/** The page itself names what the first screen is made of, so that it comes beside the application and not after it. */
const named: Plugin = {
  name: 'first-screen-named',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter(one => one.type === 'chunk')
      const figures = chunks.find(one => one.name === 'figures')
      if (!figures) return []
      const scripts = [figures.fileName, ...figures.imports].filter(file => !html.includes(file))
      const styles = [...(figures.viteMetadata?.importedCss ?? [])]
      return [
        ...scripts.map(file => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
        })),
        ...styles.map(file => ({
          tag: 'link',
          attrs: { rel: 'stylesheet', crossorigin: true, href: `/${file}` },
        })),
      ].map(tag => ({ ...tag, injectTo: 'head' as const }))
    },
  },
}

/** The browser bundle. The server needs no build; it only serves what lands in dist/. */
export default defineConfig({
  // The plan grid's sizing would bring a React DOM of its own.
  resolve: { dedupe: ['react', 'react-dom'] },
  plugins: [react(), named, leftOut()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    // Browsers of this target fetch ahead by themselves.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page begins with, in one piece.
            { name: 'first', tags: ['$initial'], priority: 2 },
            // And the first screen: in thirty small files it packs worse and comes later. The others use most of it.
            {
              debugName: 'figures',
              name: (id, graph) => (cockpit(id, one => graph.getModuleInfo(one)) ? 'figures' : null),
              test: /[\\/]src[\\/]/,
              includeDependenciesRecursively: false,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 4681,
    proxy: { '/api': 'http://127.0.0.1:4680', '/mcp': 'http://127.0.0.1:4680' },
  },
})
