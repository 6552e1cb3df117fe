import { type FileHandle, open, stat } from 'node:fs/promises'
import { Failure, invalid } from '#kernel/error.ts'

export type Container = 'plain' | 'gz' | 'zip' | 'xlsx' | 'parquet'

const starts = (head: Buffer, ...bytes: number[]) => bytes.every((byte, i) => head[i] === byte)

/** Files people drop by mistake, told by their first bytes. */
const strangers: [name: string, next: string, is: (head: Buffer) => boolean][] = [
  ['a PDF', 'Export the table as CSV or Excel.', h => h.toString('latin1', 0, 5) === '%PDF-'],
  ['a PNG picture', 'Export the table as CSV or Excel.', h => starts(h, 0x89, 0x50, 0x4e, 0x47)],
  ['a JPEG picture', 'Export the table as CSV or Excel.', h => starts(h, 0xff, 0xd8, 0xff)],
  ['a bzip2 archive', 'Unpack it, or pack it as gz or zip.', h => h.toString('latin1', 0, 3) === 'BZh'],
  ['an xz archive', 'Unpack it, or pack it as gz or zip.', h => starts(h, 0xfd, 0x37, 0x7a, 0x58)],
  ['a zstd archive', 'Unpack it, or pack it as gz or zip.', h => starts(h, 0x28, 0xb5, 0x2f, 0xfd)],
  ['a 7z archive', 'Unpack it, or pack it as gz or zip.', h => starts(h, 0x37, 0x7a, 0xbc, 0xaf)],
  ['a RAR archive', 'Unpack it, or pack it as gz or zip.', h => h.toString('latin1', 0, 4) === 'Rar!'],
  ['an SQLite database', 'Export the table as CSV.', h => h.toString('latin1', 0, 15) === 'SQLite format 3'],
  [
    'a web page',
    'Download the export itself, not the page that shows it.',
    h => /^\s*<(!doctype html|html)/i.test(h.toString('latin1', 0, 200)),
  ],
  [
    'an XML file',
    'Export the table as CSV.',
    h => /^(?:\xef\xbb\xbf)?\s*<\?xml/.test(h.toString('latin1', 0, 200)),
  ],
]

/** Says what a file is by its first bytes, never by its name. @throws Failure when it is nothing that can be read. */
export const identify = async (path: string): Promise<{ container: Container; bytes: number }> => {
  const info = await stat(path).catch(cause => {
    throw new Failure('not_found', `There is no file at ${path}.`, { next: 'Check the path.', cause })
  })
  if (info.isDirectory()) throw invalid(`${path} is a folder.`, 'Name one file in it.')
  if (info.size === 0) throw invalid('The file is empty.', 'Export it again: nothing was written into it.')
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    const head = buffer.subarray(0, bytesRead)
    if (starts(head, 0xd0, 0xcf, 0x11, 0xe0)) await refuseCompound(file, head)
    return { container: containerOf(head), bytes: info.size }
  } finally {
    await file.close()
  }
}

/**
 * Office's older container holds old workbooks, and new ones that a password locks. Its header says where its list of
 * contents begins ([MS-CFB] 2.2: the size of sectors as a power of two at 30, the first of the list at 48).
 */
const refuseCompound = async (file: FileHandle, head: Buffer): Promise<never> => {
  const size = 2 ** Math.min(head.length > 52 ? head.readUInt16LE(30) : 9, 16)
  const at = head.length > 52 ? (head.readUInt32LE(48) + 1) * size : 0
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, at)
  if (buffer.subarray(0, bytesRead).includes(Buffer.from('EncryptedPackage', 'utf16le')))
    throw invalid(
      'The workbook is locked with a password.',
      'Open it, save it without the password, and give that.',
    )
  throw invalid('This is an old Excel workbook (.xls), not a table.', 'Open it and save it as .xlsx or CSV.')
}

const containerOf = (head: Buffer): Container => {
  if (starts(head, 0x1f, 0x8b)) return 'gz'
  if (head.toString('latin1', 0, 4) === 'PAR1') return 'parquet'
  if (starts(head, 0x50, 0x4b, 0x03, 0x04)) {
    const text = head.toString('latin1')
    if (text.includes('application/vnd.oasis.opendocument'))
      throw invalid('This is an OpenDocument file (.ods), not a table.', 'Save it as .xlsx or CSV.')
    return /xl\/|\[Content_Types\]\.xml|_rels\/\.rels|docProps\//.test(text) ? 'xlsx' : 'zip'
  }
  if (starts(head, 0x50, 0x4b, 0x05, 0x06)) throw invalid('The zip archive is empty.', 'Pack it again.')
  for (const [name, next, is] of strangers) if (is(head)) throw invalid(`This is ${name}, not a table.`, next)
  return 'plain'
}

/** Byte-order marks, or the pattern of zeros UTF-16 leaves in plain text; null when the bytes do not say. */
export const markOf = (
  head: Buffer,
): { encoding: 'utf-8' | 'utf-16le' | 'utf-16be'; bytes: number } | null => {
  if (starts(head, 0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', bytes: 3 }
  if (starts(head, 0xff, 0xfe)) return { encoding: 'utf-16le', bytes: 2 }
  if (starts(head, 0xfe, 0xff)) return { encoding: 'utf-16be', bytes: 2 }
  let even = 0
  let odd = 0
  let controls = 0
  const length = Math.min(head.length, 2048)
  for (let i = 0; i < length; i++) {
    const byte = head[i] ?? 0
    if (byte === 0) i % 2 === 0 ? even++ : odd++
    // No text has these, in whatever encoding: what is below a blank, but for tabs, ends of lines, the end of a file and escapes.
    else if (byte < 32 && (byte < 9 || byte > 13) && byte !== 26 && byte !== 27) controls++
  }
  if (odd > length / 5 && even < odd / 10) return { encoding: 'utf-16le', bytes: 0 }
  if (even > length / 5 && odd < even / 10) return { encoding: 'utf-16be', bytes: 0 }
  if (even + odd + controls > length / 20)
    throw invalid(
      'This is a binary file, not a table.',
      'Give a CSV, TSV, JSON lines, Parquet or Excel file.',
    )
  return null
}

/** Encodings people name, as TextDecoder knows them. */
export const decoderName = (name: string): string => {
  const plain = name.toLowerCase().replaceAll('_', '-')
  const known: Record<string, string> = {
    utf8: 'utf-8',
    'utf-16': 'utf-16le',
    utf16: 'utf-16le',
    latin1: 'windows-1252',
    'latin-1': 'windows-1252',
    'iso-8859-1': 'windows-1252',
    ascii: 'windows-1252',
    cp1252: 'windows-1252',
  }
  const label = known[plain] ?? plain
  try {
    return new TextDecoder(label).encoding
  } catch {
    throw invalid(`“${name}” is no encoding.`, 'Use utf-8, utf-16, windows-1252, iso-8859-15…')
  }
}
