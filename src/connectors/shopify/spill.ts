import { type FileHandle, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { eachLine } from '../whole-lines.ts'
import { headOf } from './line-head.ts'
import { Places } from './places.ts'
import { type Joined, joined, lost, rootPrefix, type Shape } from './shape.ts'

/** Bytes of text in one part. */
const partBytes = 1024 * 1024
const mostParts = 512
const bufferBytes = 32 * 1024
const newline = 10

/** Lines on disk in parts, so that everything with the same key is in the same part. */
class Parts {
  readonly #folder: string
  readonly #name: string
  readonly #files: FileHandle[] = []
  readonly #buffers: Buffer[] = []
  readonly #used: number[]

  constructor(folder: string, name: string, count: number) {
    this.#folder = folder
    this.#name = name
    this.#used = Array.from({ length: count }, () => 0)
  }

  get count(): number {
    return this.#used.length
  }

  /** Adds a line; what is given is to be waited for before the next. */
  add(part: number, bytes: Buffer, from: number, end: number): Promise<void> | void {
    const size = end - from + 1
    if ((this.#used[part] ?? 0) + size > bufferBytes) return this.#addFlushed(part, bytes, from, end)
    this.#put(part, bytes, from, end)
  }

  #put(part: number, bytes: Buffer, from: number, end: number): void {
    this.#buffers[part] ??= Buffer.allocUnsafeSlow(bufferBytes)
    const buffer = this.#buffers[part]
    const used = this.#used[part] ?? 0
    const after = used + bytes.copy(buffer, used, from, end)
    buffer[after] = newline
    this.#used[part] = after + 1
  }

  async #addFlushed(part: number, bytes: Buffer, from: number, end: number): Promise<void> {
    await this.#flush(part)
    if (end - from + 1 <= bufferBytes) this.#put(part, bytes, from, end)
    else await this.#write(part, Buffer.concat([bytes.subarray(from, end), Buffer.of(newline)]))
  }

  /** All of it: what `write` of a file takes may be less, where the disk ends within it. */
  async #write(part: number, bytes: Buffer): Promise<void> {
    await (await this.#file(part)).appendFile(bytes)
  }

  #path = (part: number) => join(this.#folder, `${this.#name}-${part}`)

  async #file(part: number): Promise<FileHandle> {
    const file = this.#files[part] ?? (await open(this.#path(part), 'w', 0o600))
    this.#files[part] = file
    return file
  }

  async #flush(part: number): Promise<void> {
    const used = this.#used[part] ?? 0
    const buffer = this.#buffers[part]
    if (used === 0 || !buffer) return
    this.#used[part] = 0
    await this.#write(part, buffer.subarray(0, used))
  }

  async finish(): Promise<void> {
    for (let part = 0; part < this.count; part++) await this.#flush(part)
    this.#buffers.length = 0
    for (const file of this.#files.splice(0)) await file?.close()
  }

  /** All lines of a part. */
  read(part: number): Promise<Buffer> {
    return readFile(this.#path(part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return Buffer.alloc(0)
    })
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
 * Joins an export of any size, as databases join large tables: lines are spread over files by the root they belong to, and
 * each file is small enough to be joined in memory. Roots fill one file after the other as they are first met, so that what
 * an export gives together stays so: orders of a week are stored in one go, and their days worked out once. What belongs
 * to a middle goes to the middle's root, which is remembered; what comes before its middle waits in files of its own until
 * all middles are known.
 * @param work folder for the files, made where it is not there; whatever a killed process left in it is swept by its number
 */
export function spilling(shape: Shape, bytes: number, work: string): Joined {
  const count = Math.min(mostParts, Math.max(2, Math.ceil(bytes / partBytes)))
  const places = new Places()
  let made: Promise<{ folder: string; roots: Parts; early: Parts }> | null = null
  const make = async () => {
    await mkdir(work, { recursive: true })
    const folder = await mkdtemp(join(work, `${process.pid}-export-`))
    return { folder, roots: new Parts(folder, 'root', count), early: new Parts(folder, 'early', count) }
  }
  const parts = () => {
    made ??= make()
    return made
  }
  const prefix = rootPrefix(shape)
  let seen = 0
  const partOf = (root: string): number => {
    const known = places.get(root)
    if (known !== undefined) return known
    const part = Math.min(count - 1, Math.floor((seen / Math.max(1, bytes)) * count))
    places.set(root, part)
    return part
  }
  const linesOf = (lines: Buffer): number[] => {
    const ends: number[] = []
    eachLine(lines, (from, end) => ends.push(from, end))
    return ends
  }
  return {
    async add(lines) {
      const { roots, early } = await parts()
      const ends = linesOf(lines)
      for (let at = 0; at < ends.length; at += 2) {
        const [from = 0, end = 0] = [ends[at], ends[at + 1]]
        const { id, parent, typename } = headOf(lines, from, end)
        const root = parent === null ? id : parent.startsWith(prefix) ? parent : null
        const part = root === null ? places.get(parent ?? '') : partOf(root)
        seen += end - from + 1
        if (root !== null && parent !== null && shape.isMiddle(typename)) places.set(id, part ?? 0)
        const written =
          part === undefined
            ? early.add(hash(parent ?? '') % count, lines, from, end)
            : roots.add(part, lines, from, end)
        if (written) await written
      }
      return ends.length / 2
    },
    async *all() {
      const { roots, early } = await parts()
      await early.finish()
      for (let waiting = 0; waiting < early.count; waiting++) {
        const lines = await early.read(waiting)
        const ends = linesOf(lines)
        for (let at = 0; at < ends.length; at += 2) {
          const [from = 0, end = 0] = [ends[at], ends[at + 1]]
          const { parent } = headOf(lines, from, end)
          const part = places.get(parent ?? '')
          if (part === undefined) throw lost(parent ?? '')
          await roots.add(part, lines, from, end)
        }
      }
      await roots.finish()
      for (let part = 0; part < roots.count; part++) yield* joined(shape, await roots.read(part))
    },
    async close() {
      if (!made) return
      const { folder, roots, early } = await made
      await roots.finish().catch(() => undefined)
      await early.finish().catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
