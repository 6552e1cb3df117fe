import { isUtf8 } from 'node:buffer'
import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, createWriteStream, existsSync } from 'node:fs'
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Failure, invalid } from '#kernel/error.ts'
import { type Container, decoderName, identify, markOf } from './identify.ts'
import { legacyEncoding } from './legacy-encoding.ts'
import type { Reading } from './reading.ts'
import { sheetAsText } from './workbook.ts'
import { openMember } from './zip.ts'

/** A file taken in: its bytes as they came, kept by content, and a plain copy that can be read in one pass. */
export interface Intake {
  container: Container
  /** What to read: UTF-8 text or Parquet. */
  path: string
  /** SHA-256 of the file as it came. */
  content: string
  encoding: string
  member: string | undefined
  sheet: string | undefined
  sheets: string[]
  warnings: string[]
}

const headBytes = 1 << 20

/** The decompressed bytes of a file, whatever it is wrapped in. */
const unwrapped = async (path: string, container: Container, reading: Reading) => {
  if (container === 'zip') return openMember(path, reading.member, true)
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  if (container !== 'gz') return { stream: file as Readable, member: undefined, members: [] }
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  file.on('error', error => gunzip.destroy(error))
  return { stream: file.pipe(gunzip) as Readable, member: undefined, members: [] }
}

/** The first megabyte of the text inside, decoded: enough to recognise how the file is written. */
export const peek = async (
  path: string,
  reading: Reading,
): Promise<{
  text: string
  container: Container
  encoding: string
  member?: string
  members: string[]
  sheet?: string
  sheets: string[]
  /** What of it whoever looks should know. */
  warnings?: string[]
  whole: boolean
  /** What broke it off, where an archive is cut or damaged behind what could be read. */
  broken?: string
}> => {
  const { container } = await identify(path)
  const none = { members: [], sheets: [] }
  if (container === 'parquet') return { text: '', container, encoding: 'utf-8', ...none, whole: true }
  if (container === 'xlsx') {
    const chosen = await sheetAsText(path, reading.sheet, 500)
    const { sheet, sheets, warnings } = chosen
    let text = ''
    for await (const piece of chosen.lines) text += piece
    return { text, container, encoding: 'utf-8', ...none, sheet, sheets, warnings, whole: false }
  }
  const { stream, member, members } = await unwrapped(path, container, reading)
  const chunks: Buffer[] = []
  let size = 0
  let whole = true
  let broken: string | undefined
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size >= headBytes) {
        whole = false
        break
      }
    }
  } catch (cause) {
    const { message, next } = damaged(cause)
    if (size === 0) throw damaged(cause)
    broken = `${message} ${next ?? ''}`.trim()
  } finally {
    stream.destroy()
  }
  const head = Buffer.concat(chunks)
  if (head.length === 0) throw invalid('The file is empty.', 'Export it again: nothing was written into it.')
  const encoding = encodingOf(head, reading, whole)
  const text = new TextDecoder(encoding).decode(head)
  const end = whole ? text.length : text.lastIndexOf('\n') + 1 || text.length
  const named = member === undefined ? {} : { member }
  const cut = broken === undefined ? {} : { broken }
  return { text: text.slice(0, end), container, encoding, ...named, members, sheets: [], whole, ...cut }
}

const encodingOf = (head: Buffer, reading: Reading, whole: boolean): string => {
  const mark = markOf(head)
  if (reading.encoding) return decoderName(reading.encoding)
  if (mark) return mark.encoding
  const end = whole ? head.length : Math.max(head.lastIndexOf(0x0a) + 1, 1)
  const text = head.subarray(0, end)
  return isUtf8(text) || mostlyUtf8(text) ? 'utf-8' : legacyEncoding(text)
}

/** More letters beyond ASCII than bytes that are none: a file put together of several, or cut in a letter. */
const mostlyUtf8 = (head: Buffer | string): boolean => {
  const text = typeof head === 'string' ? head : new TextDecoder().decode(head)
  const bad = text.match(/\uFFFD/g)?.length ?? 0
  return (text.match(/[\u0080-\uFFFC]/g)?.length ?? 0) > bad
}

const damaged = (cause: unknown): Failure => {
  if (cause instanceof Failure) return cause
  const text = cause instanceof Error ? cause.message : String(cause)
  const code = (cause as { code?: string }).code ?? ''
  if (code === 'ENOSPC' || /no space/i.test(text))
    return new Failure('unavailable', 'The disk is full: nothing was imported.', {
      next: 'Free some space in the data folder and run the same import again.',
      cause,
    })
  if (/unexpected end of file|Z_BUF_ERROR/i.test(`${text} ${code}`))
    return new Failure('invalid', 'The compressed file is cut off before its end.', {
      next: 'Download or copy it again: part of it is missing.',
      cause,
    })
  if (/^Z_|incorrect|invalid|zip/i.test(`${code}${text}`))
    return new Failure('invalid', `The compressed file is damaged: ${text}.`, {
      next: 'Download or pack it again.',
      cause,
    })
  return new Failure('internal', `The file cannot be read: ${text}.`, { cause })
}

/** Watches bytes go by: are they UTF-8 throughout? Chunks are judged up to their last whole line, and not kept. */
const utf8Watch = () => {
  let rest: Buffer = Buffer.alloc(0)
  let clean = true
  return {
    see(chunk: Buffer) {
      if (!clean) return
      const end = chunk.lastIndexOf(0x0a)
      if (end < 0) {
        rest = rest.length > 1 << 22 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
        return
      }
      const begin = rest.length > 0 ? chunk.indexOf(0x0a) + 1 : 0
      clean =
        isUtf8(Buffer.concat([rest, chunk.subarray(0, begin)])) && isUtf8(chunk.subarray(begin, end + 1))
      rest = Buffer.from(chunk.subarray(end + 1))
    },
    isClean: () => clean && isUtf8(rest),
  }
}

/**
 * Takes a file in: keeps its bytes under `rawFolder` by content, and leaves plain UTF-8 (or Parquet) to read.
 * One pass, memory flat; a cut-off or damaged archive is refused here, before anything is read as data.
 */
export const takeIn = async (
  path: string,
  folders: { raw: string; work: string },
  reading: Reading,
  onBytes?: (done: number, total: number) => void,
): Promise<Intake> => {
  const { container, bytes } = await identify(path)
  await mkdir(folders.raw, { recursive: true })
  await mkdir(folders.work, { recursive: true })
  try {
    return await store(path, container, bytes, folders, reading, onBytes)
  } catch (cause) {
    throw damaged(cause)
  }
}

const store = async (
  path: string,
  container: Container,
  bytes: number,
  folders: { raw: string; work: string },
  reading: Reading,
  onBytes?: (done: number, total: number) => void,
): Promise<Intake> => {
  const watch = utf8Watch()
  const plain = container === 'plain'
  const kept = join(folders.raw, `.${randomUUID()}`)
  const input = join(folders.work, 'input')
  let content: string
  try {
    // The system copies faster than bytes that pass through here, and what is judged is the copy itself.
    await copyFile(path, kept, constants.COPYFILE_FICLONE)
    content = await readThrough(kept, bytes, plain ? watch.see : () => undefined, onBytes)
    if (container === 'gz') await unpack((await unwrapped(kept, container, reading)).stream, input, watch)
  } catch (cause) {
    await rm(kept, { force: true })
    throw cause
  }
  const raw = join(folders.raw, content)
  if (existsSync(raw)) await rm(kept)
  else await rename(kept, raw)

  const base = {
    container,
    content,
    encoding: 'utf-8',
    member: undefined,
    sheet: undefined,
    sheets: [],
    warnings: [],
  }
  if (container === 'parquet') return { ...base, path: raw }
  if (container === 'xlsx') {
    const { sheet, lines, warnings } = await sheetAsText(raw, reading.sheet)
    await pipeline(lines, createWriteStream(input))
    return { ...base, path: input, sheet, warnings }
  }
  let member: string | undefined
  if (container === 'zip') {
    const inside = await openMember(raw, reading.member)
    member = inside.member
    await unpack(inside.stream, input, watch)
  }
  const from = plain ? raw : input
  const head = await peek(from, reading)
  const clean = watch.isClean()
  const torn = head.encoding === 'utf-8' && !clean
  const encoding = torn && !reading.encoding && !mostlyUtf8(head.text) ? 'windows-1252' : head.encoding
  if (encoding === 'utf-8' && clean) return { ...base, path: from, member }
  const decoded = join(folders.work, 'decoded')
  await transcode(from, decoded, encoding)
  await rm(input, { force: true })
  const warnings =
    encoding === 'utf-8'
      ? ['Some letters are no UTF-8 and stand as �; set encoding if the file is written in another.']
      : []
  return { ...base, path: decoded, encoding, member, warnings }
}

/** Reads a file once; gives its SHA-256. */
const readThrough = async (
  path: string,
  bytes: number,
  see: (chunk: Buffer) => void,
  onBytes?: (done: number, total: number) => void,
): Promise<string> => {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(1 << 20)
  const file = await open(path)
  try {
    for (let seen = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      if (bytesRead === 0) return hash.digest('hex')
      const chunk = buffer.subarray(0, bytesRead)
      hash.update(chunk)
      see(chunk)
      seen += bytesRead
      onBytes?.(seen, bytes)
    }
  } finally {
    await file.close()
  }
}

const unpack = async (stream: Readable, to: string, watch: ReturnType<typeof utf8Watch>) => {
  const see = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      watch.see(chunk)
      done(null, chunk)
    },
  })
  await pipeline(stream, see, createWriteStream(to, { highWaterMark: 1 << 20 }))
}

const transcode = async (from: string, to: string, encoding: string) => {
  const decoder = new TextDecoder(encoding)
  const decode = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, decoder.decode(chunk, { stream: true }))
    },
    flush(done) {
      done(null, decoder.decode())
    },
  })
  await pipeline(createReadStream(from, { highWaterMark: 1 << 18 }), decode, createWriteStream(to))
}

/** A copy of a text file whose lines all end alike; what stands in quotes is left as it is. */
export const evenLines = async (from: string, to: string, quoting: string): Promise<void> => {
  let quoted = false
  let afterReturn = false
  const even = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const out = Buffer.allocUnsafe(chunk.length)
      let length = 0
      for (const byte of chunk) {
        if (byte === quoting.charCodeAt(0)) quoted = !quoted
        const ends = !quoted && (byte === 0x0d || byte === 0x0a)
        // The second half of \r\n ends nothing more.
        if (!ends || byte === 0x0d || !afterReturn) out[length++] = ends ? 0x0a : byte
        afterReturn = ends && byte === 0x0d
      }
      done(null, out.subarray(0, length))
    },
  })
  await pipeline(createReadStream(from, { highWaterMark: 1 << 18 }), even, createWriteStream(to))
}
