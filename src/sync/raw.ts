import { once } from 'node:events'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { type Gatherer, gathering } from './gather.ts'

/**
 * Records as the vendor gave them, kept so that a corrected mapping can be applied without asking the vendor again:
 * DIR/raw/<connection>/<stream>/<turn>.jsonl.zst, one record a line, in order of arrival.
 */
export const rawFolder = (folder: string, connection: string, stream?: string): string =>
  join(folder, 'raw', connection, ...(stream === undefined ? [] : [stream]))

export interface RawWriter {
  write(record: unknown): Promise<void>
  /** Gives the file its name: before, it is no part of the history. */
  keep(): Promise<void>
  drop(): Promise<void>
}

/** Opens a file for a turn's records. `turn` sorts by time. */
export function writeRaw(folder: string, connection: string, stream: string, turn: string): RawWriter {
  const place = rawFolder(folder, connection, stream)
  const path = join(place, `${turn}.jsonl.zst`)
  let sink: {
    pack: ReturnType<typeof createZstdCompress>
    file: WriteStream
    lines: Gatherer
    done: Promise<unknown>
  } | null = null
  const opened = async () => {
    await mkdir(place, { recursive: true, mode: 0o700 })
    const pack = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    const file = createWriteStream(`${path}.part`, { mode: 0o600 })
    const done = once(file, 'close')
    const failed = (error: Error) => {
      pack.destroy(error)
      file.destroy(error)
    }
    pack.on('error', failed)
    file.on('error', failed)
    pack.pipe(file)
    // Heard at the end; until then nobody waits for it.
    done.catch(() => undefined)
    return { pack, file, lines: gathering(pack), done }
  }
  return {
    async write(record) {
      sink ??= await opened()
      await sink.lines.write(`${JSON.stringify(record)}\n`)
    },
    async keep() {
      if (!sink) return
      await sink.lines.flush()
      sink.pack.end()
      await sink.done
      await rename(`${path}.part`, path)
    },
    async drop() {
      sink?.pack.destroy()
      // Unasked, the file would stay open.
      sink?.file.destroy()
      await sink?.done.catch(() => undefined)
      await rm(`${path}.part`, { force: true })
    },
  }
}

/** Turns of a stream whose records are kept, oldest first. */
export const rawTurns = async (folder: string, connection: string, stream: string): Promise<string[]> =>
  (await readdir(rawFolder(folder, connection, stream)).catch(() => [] as string[]))
    .filter(name => name.endsWith('.jsonl.zst'))
    .map(name => name.replace(/\.jsonl\.zst$/, ''))
    .sort()

/** A kept turn that is gone or damaged: no later try will read it. */
export class LostTurn extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} is not what was kept: ${(cause as Error).message}`, { cause })
    this.name = 'LostTurn'
  }
}

/** What is the machine's affair, and may be otherwise next time. */
const passing = new Set(['EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM'])

/** Takes a kept turn away. */
export const dropTurn = (folder: string, connection: string, stream: string, turn: string): Promise<void> =>
  rm(join(rawFolder(folder, connection, stream), `${turn}.jsonl.zst`), { force: true })

/** Records of one turn, in order of arrival. @throws LostTurn, and what the disk says. */
export async function* readRaw(
  folder: string,
  connection: string,
  stream: string,
  turn: string,
): AsyncGenerator<unknown> {
  const unpack = createZstdDecompress()
  const path = join(rawFolder(folder, connection, stream), `${turn}.jsonl.zst`)
  const read = pipeline(createReadStream(path), unpack)
  // Heard at the end; until then nobody waits for it.
  read.catch(() => undefined)
  try {
    for await (const line of createInterface({ input: unpack, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line !== '') yield JSON.parse(line)
    await read
  } catch (cause) {
    throw passing.has((cause as NodeJS.ErrnoException).code ?? '') ? cause : new LostTurn(path, cause)
  } finally {
    // Whoever reads no further lets go of the file.
    unpack.destroy()
  }
}
