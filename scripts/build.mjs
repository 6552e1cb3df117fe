// Builds the browser bundle into dist/ when it is missing or its sources have changed since.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { environment, install, node, root } from './install.mjs'

const dist = join(root, 'dist')
const stamp = join(dist, '.built-from')

/** Everything a bundle can be made of, so that a changed file is never missed. */
function fingerprint() {
  const hash = createHash('sha256')
  const walk = folder => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (!entry.name.includes('.test.')) hash.update(path.slice(root.length)).update(readFileSync(path))
    }
  }
  walk(join(root, 'src'))
  for (const name of ['vite.config.ts', 'scripts/left-out.ts', 'package-lock.json'])
    hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

/** Packs what is worth packing once, here, so that the first to open a page need not wait for it; about two seconds. */
function pack(bundle) {
  const folder = join(bundle, 'assets')
  for (const name of readdirSync(folder)) {
    if (!/\.(js|css|svg)$/.test(name)) continue
    const plain = readFileSync(join(folder, name))
    if (plain.length <= 1024) continue
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(plain, { params: quality }))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(plain, { level: 9 }))
  }
}

/** @returns whether there was something to build. */
export function build() {
  if (!existsSync(join(root, 'vite.config.ts'))) return false
  const now = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return false
  console.log('Building the browser bundle …')
  // Built beside and put in place whole: who is served meanwhile, or builds at the same time, never sees half of it.
  const fresh = join(root, `dist.${process.pid}`)
  const done = spawnSync(
    node,
    [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel=warn', '--outDir', fresh],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...environment, NODE_ENV: 'production' },
    },
  )
  if (done.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    console.error('The browser bundle could not be built; the reason stands above.')
    process.exit(1)
  }
  pack(fresh)
  writeFileSync(join(fresh, '.built-from'), now)
  put(fresh)
  return true
}

/** In place of what is there; another that was built meanwhile may come between the two steps. */
function put(fresh, tries = 5) {
  rmSync(dist, { recursive: true, force: true })
  try {
    renameSync(fresh, dist)
  } catch (error) {
    if (tries === 0 || !existsSync(dist)) throw error
    put(fresh, tries - 1)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  install()
  build()
}
