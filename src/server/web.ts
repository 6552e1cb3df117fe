import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { MiddlewareHandler } from 'hono'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
}
const squeezable = new Set(['.html', '.js', '.css', '.svg', '.json', '.map', '.webmanifest', '.txt'])

interface Asset {
  path: string
  type: string
  etag: string
  /** Its name carries its content hash, so it may be kept for ever. */
  immutable: boolean
  plain: Buffer
  squeezed: Map<string, Promise<Buffer>>
}

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Quarterdeck</title>
<h1>The browser bundle is not built yet</h1><p>Run <code>npm run build</code> in the project, then reload.
The API answers meanwhile: see <a href="/api/docs">/api/docs</a>.</p>`

const squeeze = {
  br: (data: Buffer) => promisify(brotliCompress)(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (data: Buffer) => promisify(gzip)(data),
}

/**
 * Serves the browser bundle from memory: only names found in the folder at start can be asked for, so no path can
 * leave it. Anything else that wants a page gets the application, which does its own routing.
 */
export function serveWeb(folder: string): MiddlewareHandler {
  const assets = new Map<string, Asset>()
  if (existsSync(folder))
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || /\.(br|gz)$/.test(entry.name)) continue
      const path = join(entry.parentPath, entry.name)
      const name = `/${relative(folder, path).split(sep).join('/')}`
      const plain = readFileSync(path)
      const squeezed: Asset['squeezed'] = new Map()
      for (const [encoding, ending] of [
        ['br', '.br'],
        ['gzip', '.gz'],
      ] as const)
        if (existsSync(path + ending)) squeezed.set(encoding, Promise.resolve(readFileSync(path + ending)))
      assets.set(name, {
        path,
        plain,
        squeezed,
        type: types[extname(name)] ?? 'application/octet-stream',
        etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
        immutable: name.startsWith('/assets/'),
      })
    }

  return async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return next()
    const wantsPage = (c.req.header('accept') ?? '').includes('text/html')
    const asset =
      assets.get(c.req.path) ?? (wantsPage || c.req.path === '/' ? assets.get('/index.html') : undefined)
    if (!asset) return wantsPage && assets.size === 0 ? c.html(notBuilt, 503) : next()
    c.header('content-type', asset.type)
    c.header('etag', asset.etag)
    c.header('cache-control', asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    c.header('vary', 'accept-encoding')
    if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304)
    const accepted = c.req.header('accept-encoding') ?? ''
    const encoding = accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : null
    let body = asset.plain
    if (encoding && squeezable.has(extname(asset.path)) && asset.plain.length > 1024) {
      let squeezed = asset.squeezed.get(encoding)
      if (!squeezed) {
        squeezed = squeeze[encoding](asset.plain)
        asset.squeezed.set(encoding, squeezed)
      }
      body = await squeezed
      c.header('content-encoding', encoding)
    }
    return c.body(new Uint8Array(body))
  }
}
