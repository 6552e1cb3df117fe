/** Encodings of two bytes a letter: which pairs can be one, and which of them are those that texts are mostly made of. */
interface Pairs {
  encoding: string
  isLead(byte: number): boolean
  isTrail(byte: number): boolean
  isUsual(lead: number, trail: number): boolean
  /** Letters of one byte beyond ASCII. */
  isSingle?(byte: number): boolean
}

const within = (byte: number, from: number, to: number) => byte >= from && byte <= to

const candidates: readonly Pairs[] = [
  {
    // Signs and kana stand under 0x81 to 0x83, the kanji of everyday (JIS level 1) under 0x88 to 0x98.
    encoding: 'shift_jis',
    isLead: byte => within(byte, 0x81, 0x9f) || within(byte, 0xe0, 0xfc),
    isTrail: byte => within(byte, 0x40, 0x7e) || within(byte, 0x80, 0xfc),
    isUsual: lead => within(lead, 0x81, 0x83) || within(lead, 0x88, 0x98),
    isSingle: byte => within(byte, 0xa1, 0xdf),
  },
  {
    encoding: 'euc-jp',
    isLead: byte => within(byte, 0xa1, 0xfe) || byte === 0x8e,
    isTrail: byte => within(byte, 0xa1, 0xfe),
    // No Chinese text has kana, nearly every Japanese one does: see `kana`.
    isUsual: lead => within(lead, 0xa1, 0xa5) || within(lead, 0xb0, 0xcf),
  },
  {
    // Hangul fill 0xb0 to 0xc8: Chinese of any length goes beyond.
    encoding: 'euc-kr',
    isLead: byte => within(byte, 0x81, 0xfe),
    isTrail: byte => within(byte, 0x41, 0xfe),
    isUsual: (lead, trail) => within(lead, 0xb0, 0xc8) && trail >= 0xa1,
  },
  {
    encoding: 'gb18030',
    isLead: byte => within(byte, 0x81, 0xfe),
    isTrail: byte => within(byte, 0x40, 0xfe) && byte !== 0x7f,
    isUsual: (lead, trail) => (within(lead, 0xa1, 0xa3) || within(lead, 0xb0, 0xd7)) && trail >= 0xa1,
  },
  {
    encoding: 'big5',
    isLead: byte => within(byte, 0xa1, 0xf9),
    isTrail: byte => within(byte, 0x40, 0x7e) || within(byte, 0xa1, 0xfe),
    isUsual: lead => within(lead, 0xa1, 0xc6),
  },
]

/** Pairs of an encoding in a text: how many there are, are usual, stand beside another, and are kana; null where some byte is none. */
const walk = (bytes: Uint8Array, of: Pairs) => {
  const seen = { all: 0, usual: 0, beside: 0, kana: 0, singles: 0 }
  let last = -1
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte < 0x80) continue
    const single = of.isSingle?.(byte) ?? false
    const trail = bytes[i + 1] ?? 0
    if (!single && !(of.isLead(byte) && of.isTrail(trail))) return null
    seen.all++
    if (single) seen.singles++
    if (single ? last === i : of.isUsual(byte, trail)) seen.usual++
    if (last === i) seen.beside++
    if (byte === 0xa4 || byte === 0xa5) seen.kana++
    if (!single) i++
    last = i + 1
  }
  return seen
}

const doubleByte = (bytes: Uint8Array): string | null => {
  const fitting = candidates.flatMap(of => {
    const seen = walk(bytes, of)
    // Letters stand beside letters; an apostrophe between two of the Latin alphabet looks like one, too, but stands alone.
    if (!seen || seen.all < 4 || seen.beside < seen.all / 2 || seen.usual < seen.all * 0.8) return []
    // Half-width kana stand among others; of Chinese or Korean bytes nearly all would be some.
    if (seen.singles > seen.all * 0.75) return []
    if (of.encoding === 'euc-jp' && seen.kana < seen.all * 0.1) return []
    if (of.encoding === 'euc-kr' && seen.usual < seen.all * 0.95) return []
    return [of.encoding]
  })
  return fitting[0] ?? null
}

/** Letters of one byte: Cyrillic fills whole words with them, Polish and its neighbours write some where Western Europe has signs. */
const singleByte = (bytes: Uint8Array): string => {
  let high = 0
  let inWords = 0
  let run = 0
  for (const byte of [...bytes, 0]) {
    if (byte >= 0x80) high++
    if (byte >= 0xc0 || byte === 0xa8 || byte === 0xb8) {
      run++
      continue
    }
    if (run > 2) inWords += run
    run = 0
  }
  if (inWords > high * 0.6) return 'windows-1251'
  const text = new TextDecoder('windows-1252').decode(bytes)
  const inside = (signs: string) => text.match(new RegExp(`\\p{L}[${signs}]\\p{L}`, 'gu'))?.length ?? 0
  const [windows, iso] = [inside('¹¿¼\u009c\u009f'), inside('±¶¼')]
  if (windows + iso + inside('³') === 0) return 'windows-1252'
  return iso > windows ? 'iso-8859-2' : 'windows-1250'
}

/**
 * The encoding of text that is not UTF-8, told by which bytes stand beside which: the double-byte ones of Japan, China,
 * Taiwan and Korea, Cyrillic, Central and, where nothing says otherwise, Western Europe.
 */
export const legacyEncoding = (bytes: Uint8Array): string => doubleByte(bytes) ?? singleByte(bytes)
