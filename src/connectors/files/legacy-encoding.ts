import { analyse } from 'chardet'

/** Bytes that tell an encoding: looking at a whole megabyte takes seconds, and says no more. */
const enough = 16_384
const newline = 0x0a
/** What any double-byte encoding is given for a handful of letters, in per cent: it says nothing. */
const noEvidence = 10

/** Lines with letters beyond ASCII, as far as is enough: the others tell nothing. */
const tellingLines = (bytes: Uint8Array): Uint8Array => {
  const lines: Uint8Array[] = []
  let size = 0
  for (let from = 0; from < bytes.length && size < enough; ) {
    const end = bytes.indexOf(newline, from)
    const line = bytes.subarray(from, Math.min(end < 0 ? bytes.length : end + 1, from + enough))
    if (line.some(byte => byte >= 0x80)) {
      lines.push(line)
      size += line.length
    }
    from = end < 0 ? bytes.length : end + 1
  }
  return Buffer.concat(lines)
}

/** The platform's name of an encoding; null where it does not read it. */
const known = (name: string): string | null => {
  try {
    return new TextDecoder(name).encoding
  } catch {
    return null
  }
}

/**
 * The encoding of text that is not UTF-8, told by which letters stand beside which: as TextDecoder names it, Western
 * Europe's where nothing says otherwise.
 */
export const legacyEncoding = (bytes: Uint8Array): string => {
  const found = analyse(tellingLines(bytes)).flatMap(({ name, confidence }) =>
    confidence > noEvidence ? (known(name) ?? []) : [],
  )
  return found.find(name => !name.startsWith('utf-')) ?? 'windows-1252'
}
