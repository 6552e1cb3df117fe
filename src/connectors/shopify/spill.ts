import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Joined, joined, type Shape, type Thing } from './shape.ts'

/** Bytes of text in one part; in memory it takes some times as much. */
const partBytes = 3 * 1024 * 1024
const mostParts = 512
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

  /** The lines of a part. Each is a text of its own: one letter beyond Latin would double the memory of a whole file. */
  async lines(part: number): Promise<string[]> {
    const bytes = await readFile(this.#path(part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return Buffer.alloc(0)
    })
    const lines: string[] = []
    for (let from = 0, end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      lines.push(bytes.toString('utf8', from, end))
      from = end + 1
    }
    return lines
  }
}

const newline = 10

/** FNV-1a over the last characters, which are those that differ. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = Math.max(0, text.length - 14); at < text.length; at++)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

/**
 * Joins an export of any size in flat memory, as databases join large tables: lines are spread over files by the id of
 * what they belong to. Grandchildren meet their parents first, in files by the parent's id, and learn their root from
 * them; then all that belongs to a root meets in files by the root's id. Each file is then small enough to be joined in memory.
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
      for (let part = 0; part < middles.count; part++)
        for (const [root, line] of rooted(await middles.lines(part), prefix)) await roots.add(root, line)
      await roots.finish()
      for (let part = 0; part < roots.count; part++) {
        const things: Thing[] = []
        for (const line of await roots.lines(part)) things.push(JSON.parse(line) as Thing)
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

/** Each line of a part with the id of the root it belongs to: its own parent, or its parent's parent. */
function* rooted(lines: readonly string[], prefix: string): Generator<[root: string, line: string]> {
  const roots = new Map<string, string>()
  const waiting: [parent: string, line: string][] = []
  for (const line of lines) {
    const { id, parent } = headOf(line)
    if (!parent?.startsWith(prefix)) {
      waiting.push([parent ?? '', line])
      continue
    }
    roots.set(id, parent)
    yield [parent, line]
  }
  for (const [parent, line] of waiting) {
    const root = roots.get(parent)
    if (!root) throw new Error(`a line belongs to ${parent}, which is not there`)
    yield [root, line]
  }
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
