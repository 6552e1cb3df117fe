import { randomUUID } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Failure } from '#kernel/error.ts'

/** A file somebody sent, waiting to be imported. */
export interface Upload {
  id: string
  /** As the sender named it; shown, never used as a path. */
  name: string
  bytes: number
  path: string
}

const folderOf = (folder: string) => join(folder, 'uploads')
const shape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Streams a body to disk under a name of our own; it is there only when wholly received.
 * @throws Failure('too_large') as soon as it passes `limit` bytes, 'invalid' when it is empty.
 */
export async function receive(
  folder: string,
  body: ReadableStream<Uint8Array>,
  name: string,
  limit: number,
): Promise<Omit<Upload, 'path'>> {
  const id = randomUUID()
  await mkdir(folderOf(folder), { recursive: true, mode: 0o700 })
  const path = join(folderOf(folder), id)
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length
      if (bytes > limit)
        done(
          new Failure(
            'too_large',
            `The file is over ${Math.round(limit / 1_048_576).toLocaleString('en')} MB.`,
            {
              next: 'Compress it (gz or zip), split it, or import it with ./quarterdeck import on the server.',
            },
          ),
        )
      else done(null, chunk)
    },
  })
  try {
    await pipeline(
      Readable.fromWeb(body as never),
      counted,
      createWriteStream(`${path}.part`, { mode: 0o600 }),
    )
    if (bytes === 0) throw new Failure('invalid', 'The file is empty.', { next: 'Choose another file.' })
    const shown = basename(name.replaceAll('\\', '/')).slice(0, 200) || 'upload'
    await writeFile(`${path}.json`, JSON.stringify({ id, name: shown, bytes }), { mode: 0o600 })
    await rename(`${path}.part`, path)
    return { id, name: shown, bytes }
  } catch (error) {
    await rm(`${path}.part`, { force: true })
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Failure('unavailable', 'The disk of the server is full.', {
        next: 'Free some space, then send the file again.',
        cause: error,
      })
    throw error
  }
}

/** @throws Failure('not_found') when there is no such upload (any more). */
export async function uploadOf(folder: string, id: string): Promise<Upload> {
  const path = join(folderOf(folder), id)
  if (!shape.test(id) || !existsSync(path))
    throw new Failure('not_found', 'That upload is not here any more.', { next: 'Send the file again.' })
  const about = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Omit<Upload, 'path'>
  return { ...about, path }
}

/** Forgets a file that was imported; what is no upload is left alone. The raw file is kept by its content elsewhere. */
export async function forgetUpload(folder: string, path: string): Promise<void> {
  if (dirname(path) !== folderOf(folder)) return
  for (const ending of ['', '.json']) await rm(`${path}${ending}`, { force: true })
}

/** Hours an upload waits to be imported. */
const patience = 24

/** Forgets uploads nobody imported within a day, and what is left of those that broke off; `wanted` paths stay. */
export async function sweepUploads(folder: string, now: Date, wanted: readonly string[]): Promise<void> {
  const before = now.getTime() - patience * 3_600_000
  const names = await readdir(folderOf(folder)).catch(() => [] as string[])
  for (const name of names) {
    const path = join(folderOf(folder), name)
    if (wanted.includes(path.replace(/\.(part|json)$/, ''))) continue
    const about = await stat(path).catch(() => null)
    if (about && about.mtimeMs < before) await rm(path, { force: true })
  }
}
