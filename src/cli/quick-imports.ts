import { type ResolveFnOutput, registerHooks } from 'node:module'

/** Where each package is that the project's own files import: the same for all of them. */
const packages = new Map<string, ResolveFnOutput>()
const own = new URL('../', import.meta.url).href

const found = (url: string, format: string): ResolveFnOutput => ({ url, format, shortCircuit: true })

/**
 * Node looks for every module on the disk as if it could be anything anywhere, and reads the package.json above it, each
 * time anew (Drizzle's is 180 kB for 150 modules): half a second and 180 MB at each start. Most say where they are by
 * themselves: the project's own files, those of Drizzle and whatever ends in `.mjs` by plain paths; and what the project's
 * own files import by name is looked up once.
 */
registerHooks({
  resolve(specifier, context, next) {
    const { parentURL } = context
    if (!parentURL || context.conditions.includes('require')) return next(specifier, context)
    const relative = specifier.startsWith('.')
    if (!parentURL.startsWith(own)) {
      if (relative && (specifier.endsWith('.mjs') || parentURL.includes('/node_modules/drizzle-orm/')))
        return found(new URL(specifier, parentURL).href, 'module')
      return next(specifier, context)
    }
    if (specifier.endsWith('.ts')) {
      // As "imports" in package.json has it.
      if (specifier.startsWith('#')) return found(own + specifier.slice(1), 'module-typescript')
      if (relative) return found(new URL(specifier, parentURL).href, 'module-typescript')
    }
    if (relative || /^(#|\/|(file|node|data):)/.test(specifier)) return next(specifier, context)
    const known = packages.get(specifier)
    if (known) return { ...known, shortCircuit: true }
    const looked = next(specifier, context)
    packages.set(specifier, looked)
    return looked
  },
})
