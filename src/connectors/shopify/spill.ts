import { createReadStream } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Joined, joined, type Shape, type Thing } from './shape.ts'

/** Bytes of text in one part; in memory it takes some times as much. */
const partBytes = 6 * 1024 * 1024
const mostParts = 256
const bufferBytes = 64 * 1024

/** Lines on disk in parts, so that everything with the same key is in the same part. */
class Parts {
  readonly #folder: string
  readonly #name: string
  readonly #files: FileHandle[] = []
  readonly #waiting: string[][]
  readonly #sizes: number[]

  constructor(folder: string, name: string, count: number) {
    this.#folder = folder
    this.#name = name
    this.#waiting = Array.from({ length: count }, () => [])
    this.#sizes = Array.from({ length: count }, () => 0)
  }

  get count(): number {
    return this.#waiting.length
  }

  add(key: string, line: string): Promise<void> | void {
    const part = hash(key) % this.count
    this.#waiting[part]?.push(line)
    const size = (this.#sizes[part] ?? 0) + line.length
    this.#sizes[part] = size
    if (size > bufferBytes) return this.#flush(part)
  }

  #path = (part: number) => join(this.#folder, `${this.#name}-${part}`)

  async #flush(part: number): Promise<void> {
    const lines = this.#waiting[part] ?? []
    if (lines.length === 0) return
    const text = `${lines.join('\n')}\n`
    lines.length = 0
    this.#sizes[part] = 0
    this.#files[part] ??= await open(this.#path(part), 'w', 0o600)
    await this.#files[part].write(text)
  }

  async finish(): Promise<void> {
    for (let part = 0; part < this.count; part++) await this.#flush(part)
    for (const file of this.#files.splice(0)) await file?.close()
  }

  async lines(part: number): Promise<string[]> {
    const lines: string[] = []
    try {
      const input = createReadStream(this.#path(part))
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
        lines.push(line)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    return lines
  }
}

/** FNV-1a over the last characters, which are those that differ. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = Math.max(0, text.length - 14); at < text.length; at++)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

/**
 * Joins an export of any size in flat memory, as databases join large tables: lines are spread over files by the id of
 * what they belong to. Grandchildren meet their parents first, in files by the parent's id; what comes of it, the children
 * and the root things meet in files by the root's id. Each file is then small enough to be joined in memory.
 */
export function spilling(shape: Shape, bytes: number): Joined {
  const count = Math.min(mostParts, Math.max(2, Math.ceil(bytes / partBytes)))
  let made: Promise<{ folder: string; roots: Parts; middles: Parts }> | null = null
  const parts = () => {
    made ??= mkdtemp(join(tmpdir(), 'quarterdeck-export-')).then(folder => ({
      folder,
      roots: new Parts(folder, 'root', count),
      middles: new Parts(folder, 'middle', count),
    }))
    return made
  }
  const prefix = `gid://shopify/${shape.root}/`
  return {
    async add(line) {
      const { roots, middles } = await parts()
      const { id, parent, typename } = headOf(line)
      if (parent === null) await roots.add(id, line)
      else if (!parent.startsWith(prefix)) await middles.add(parent, line)
      else if (shape.isMiddle(typename)) await middles.add(id, line)
      else await roots.add(parent, line)
    },
    async *all() {
      const { roots, middles } = await parts()
      await middles.finish()
      for (let part = 0; part < middles.count; part++) {
        const things = (await middles.lines(part)).map(line => JSON.parse(line) as Thing)
        for (const one of withChildren(shape, things, prefix))
          await roots.add(one.__parentId ?? '', JSON.stringify(one))
      }
      await roots.finish()
      for (let part = 0; part < roots.count; part++) {
        const things = (await roots.lines(part)).map(line => JSON.parse(line) as Thing)
        yield* joined(shape, things)
      }
    },
    async close() {
      if (!made) return
      const { folder, roots, middles } = await made
      await roots.finish().catch(() => undefined)
      await middles.finish().catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Children of the root that have children of their own, with these in them. */
function withChildren(shape: Shape, things: readonly Thing[], prefix: string): Thing[] {
  const middles = things.filter(one => one.__parentId?.startsWith(prefix))
  const byId = new Map(middles.map(one => [one.id ?? '', one]))
  for (const one of things) {
    const parentId = one.__parentId ?? ''
    if (parentId.startsWith(prefix)) continue
    const parent = byId.get(parentId)
    if (!parent) throw new Error(`a line belongs to ${parentId}, which is not there`)
    const list = shape.listOf(one.__typename ?? '')
    const own = (parent[list] as Thing[] | undefined) ?? []
    own.push(one)
    parent[list] = own
  }
  return middles
}

const head = /^\{"__typename":"(\w+)","id":"([^"]+)"/
const tail = /"__parentId":"([^"]+)"\}$/

/** Id, parent and type of a line: read off its ends, which are as they were asked for; parsed whole where they are not. */
function headOf(line: string): { id: string; parent: string | null; typename: string } {
  const [, typename, id] = head.exec(line) ?? []
  const parent = tail.exec(line.slice(-160))?.[1]
  if (typename && id && (parent || !line.includes('"__parentId"')))
    return { id, typename, parent: parent ?? null }
  const read = JSON.parse(line) as Thing
  return { id: read.id ?? '', parent: read.__parentId ?? null, typename: read.__typename ?? '' }
}
