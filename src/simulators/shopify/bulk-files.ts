import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

let folder: string | undefined

/** Files of bulk exports stand in the machine's folder for passing things until the process ends. */
const place = (): string => {
  if (!folder) {
    const made = mkdtempSync(join(tmpdir(), 'quarterdeck-simulated-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return folder
}

let written = 0

/** The files of one shop's exports; the oldest go when there are too many. */
export class BulkFiles {
  readonly #kept: string[] = []

  /** Writes lines to a new file, some thousands at a time. */
  async write(
    lines: AsyncIterable<string> | Iterable<string>,
  ): Promise<{ path: string; lines: number; bytes: number }> {
    const path = join(place(), `${++written}.jsonl`)
    const file = await open(path, 'w', 0o600)
    let count = 0
    let bytes = 0
    let chunk: string[] = []
    const flush = async () => {
      if (chunk.length === 0) return
      const text = Buffer.from(`${chunk.join('\n')}\n`)
      bytes += text.length
      chunk = []
      await file.write(text)
      // Others are answered between the pieces.
      await new Promise<void>(done => setImmediate(done))
    }
    try {
      for await (const line of lines) {
        count += 1
        if (chunk.push(line) >= 500) await flush()
      }
      await flush()
    } finally {
      await file.close()
    }
    this.#kept.push(path)
    if (this.#kept.length > 40) rmSync(this.#kept.shift() ?? '', { force: true })
    return { path, lines: count, bytes }
  }

  read(path: string): ReadableStream<Uint8Array> {
    return Readable.toWeb(createReadStream(path, { highWaterMark: 256 * 1024 })) as ReadableStream<Uint8Array>
  }
}
