import { isUtf8 } from 'node:buffer'

const newline = 10

/**
 * Bytes as they come, cut behind the last line end of each: what is given are whole lines, and the last one perhaps without
 * its end. They stay bytes, as most of a large file is only moved about.
 * @throws for what is no UTF-8: a file that broke off within a letter, above all.
 */
export async function* wholeLines(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer | null = null
  for await (const part of parts) {
    const bytes: Buffer = rest
      ? Buffer.concat([rest, part])
      : Buffer.from(part.buffer, part.byteOffset, part.byteLength)
    const end = bytes.lastIndexOf(newline) + 1
    rest = end === bytes.length ? null : bytes.subarray(end)
    if (end > 0) yield checked(bytes.subarray(0, end))
  }
  if (rest?.toString().trim()) yield checked(rest)
}

const checked = (bytes: Buffer): Buffer => {
  if (!isUtf8(bytes)) throw new TypeError('the file is no UTF-8 text')
  return bytes
}

/** Calls with the ends of each line that has something in it. */
export function eachLine(bytes: Buffer, call: (from: number, end: number) => void): void {
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(newline, from)
    const end = found < 0 ? bytes.length : found
    if (end > from) call(from, end)
    from = end + 1
  }
}

/** The lines of a piece as texts. */
export function textsOf(bytes: Buffer): string[] {
  const texts: string[] = []
  eachLine(bytes, (from, end) => texts.push(bytes.toString('utf8', from, end)))
  return texts
}
