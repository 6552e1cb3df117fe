import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import { invalid } from '#kernel/error.ts'

/** Opens an archive and visits its files until `visit` gives something. */
const walk = <T>(
  path: string,
  visit: (entry: yauzl.Entry, zip: yauzl.ZipFile) => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error)
        return reject(
          invalid('The zip archive is cut off or damaged.', 'Download or copy it again, or pack it again.'),
        )
      const finish = () => {
        zip.close()
        resolve(undefined)
      }
      zip.on('error', reject)
      zip.on('end', finish)
      zip.on('entry', (entry: yauzl.Entry) => {
        Promise.resolve(visit(entry, zip)).then(found => {
          if (found === undefined) zip.readEntry()
          else resolve(found)
        }, reject)
      })
      zip.readEntry()
    })
  })

const isTable = (name: string) =>
  !name.endsWith('/') &&
  !name.startsWith('__MACOSX/') &&
  !/(^|\/)\./.test(name) &&
  !/readme|license/i.test(name)

const namedTable = (name: string) => /\.(csv|tsv|txt|tab|jsonl|ndjson|json)$/i.test(name)

/** Files in the archive that may be tables: those that are called so first, the largest first. */
const membersOf = async (path: string): Promise<string[]> => {
  const found: { name: string; bytes: number }[] = []
  await walk(path, entry => {
    if (isTable(entry.fileName)) found.push({ name: entry.fileName, bytes: entry.uncompressedSize })
    return undefined
  })
  return found
    .sort((a, b) => Number(namedTable(b.name)) - Number(namedTable(a.name)) || b.bytes - a.bytes)
    .map(one => one.name)
}

/** The bytes of one file in the archive: the one named, or the only one; to `show` what there is, the largest. */
export const openMember = async (
  path: string,
  wanted?: string,
  show = false,
): Promise<{ member: string; members: string[]; stream: Readable }> => {
  const members = await membersOf(path)
  const list = members.slice(0, 20).join(', ')
  if (members.length === 0) throw invalid('The zip archive holds no table.', 'Put a CSV in it.')
  if (wanted && !members.includes(wanted))
    throw invalid(`The archive has no “${wanted}”.`, `It has: ${list}.`)
  const tables = members.filter(namedTable)
  const alone = tables.length === 1 || members.length === 1
  const only = wanted ?? (alone || show ? members[0] : undefined)
  if (only === undefined)
    throw invalid('The archive holds several files.', `Say which with reading.member: ${list}.`)
  const stream = await openPart(path, only)
  if (!stream) throw invalid(`The archive has no “${only}”.`, `It has: ${list}.`)
  return { member: only, members, stream }
}

/** One part of an archive by its name, as bytes that come in pieces; undefined where there is none. */
export const openPart = (path: string, name: string): Promise<Readable | undefined> =>
  walk(path, (entry, zip) =>
    entry.fileName === name
      ? new Promise<Readable>((resolve, reject) =>
          zip.openReadStream(entry, (error, opened) => {
            if (error) return reject(error)
            opened.on('close', () => zip.close())
            resolve(opened)
          }),
        )
      : undefined,
  )
