import type { Thing } from './shape.ts'

/** What of a line says where it belongs. */
export interface Head {
  id: string
  parent: string | null
  typename: string
}

const [first, second, last] = ['{"__typename":"', '","id":"', '"__parentId":"'].map(text =>
  Buffer.from(text),
) as [Buffer, Buffer, Buffer]
const quote = 34
const brace = 125

const stands = (text: Buffer, bytes: Buffer, at: number): boolean => {
  for (let n = 0; n < text.length; n++) if (bytes[at + n] !== text[n]) return false
  return true
}

const quoteAfter = (bytes: Buffer, at: number, end: number): number => {
  let place = at
  while (place < end && bytes[place] !== quote) place += 1
  return place
}

/** Head of the line between two places: read off its ends, which are as they were asked for; parsed whole where they are not. */
export function headOf(bytes: Buffer, from: number, end: number): Head {
  const named = from + first.length
  const nameEnd = quoteAfter(bytes, named, end)
  const given = nameEnd + second.length
  const idEnd = quoteAfter(bytes, given, end)
  const isUsual = idEnd < end && stands(first, bytes, from) && stands(second, bytes, nameEnd)
  const parent = parentOf(bytes, from, end)
  if (isUsual && parent !== undefined)
    return {
      typename: bytes.toString('latin1', named, nameEnd),
      id: bytes.toString('latin1', given, idEnd),
      parent,
    }
  const read = JSON.parse(bytes.toString('utf8', from, end)) as Thing
  return { id: read.id ?? '', parent: read.__parentId ?? null, typename: read.__typename ?? '' }
}

/** The parent a line ends with; null for one that names none, undefined where it stands elsewhere in the line. */
const parentOf = (bytes: Buffer, from: number, end: number): string | null | undefined => {
  const to = end - 2
  if (bytes[end - 1] === brace && bytes[to] === quote) {
    let start = to
    while (start > from && bytes[start - 1] !== quote) start -= 1
    if (start - last.length > from && stands(last, bytes, start - last.length))
      return bytes.toString('latin1', start, to)
  }
  return bytes.subarray(from, end).includes(last) ? undefined : null
}
