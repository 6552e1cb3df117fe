import { inflateSync } from 'node:zlib'

/**
 * The text of a PDF as pdfkit writes it: a string for each page, a line for each that was set, in the order of the document.
 * Fonts say by ToUnicode maps (ISO 32000-1, 9.10.3) which character a code stands for.
 */
export function pdfText(bytes: Uint8Array): { pages: string[]; contents: string; catalog: string } {
  const raw = Buffer.from(bytes).toString('latin1')
  const objects = new Map(
    [...raw.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id, body = '']) => [id, body]),
  )
  const streamOf = (id: string | undefined): string => {
    const body = objects.get(id) ?? ''
    const [, dictionary = '', data = ''] = /^([\s\S]*?)stream\n([\s\S]*)\nendstream/.exec(body) ?? []
    const packed = Buffer.from(data, 'latin1')
    return (dictionary.includes('/FlateDecode') ? inflateSync(packed) : packed).toString('latin1')
  }
  const utf16 = (hex: string) =>
    hex.replaceAll(/[0-9a-f]{4}/gi, code => String.fromCharCode(Number.parseInt(code, 16)))
  const fonts = new Map<string, string[]>()
  for (const body of objects.values())
    for (const [, name = '', id] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? '')?.[1]
      if (!map || fonts.has(name)) continue
      const codes: string[] = []
      for (const [, from = '', list = ''] of streamOf(map).matchAll(
        /<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi,
      ))
        for (const [n, [, hex = '']] of [...list.matchAll(/<([^>]*)>/g)].entries())
          codes[Number.parseInt(from, 16) + n] = utf16(hex.replaceAll(' ', ''))
      fonts.set(name, codes)
    }
  const kids = [...objects.values()].find(body => /\/Type \/Pages\b/.test(body)) ?? ''
  const order = [...(/\/Kids \[([^\]]*)\]/.exec(kids)?.[1] ?? '').matchAll(/(\d+) 0 R/g)].map(([, id]) => id)
  const contents = order.map(id => streamOf(/\/Contents (\d+) 0 R/.exec(objects.get(id) ?? '')?.[1]))
  const pages = contents.map(content => {
    let codes: string[] = []
    const lines: string[] = []
    for (const [, font, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g))
      if (font) codes = fonts.get(font) ?? []
      else
        lines.push(
          [...(shown ?? '').matchAll(/<([0-9a-f]+)>/gi)]
            .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
            .map(code => codes[Number.parseInt(code, 16)] ?? '')
            .join(''),
        )
    return lines.join('\n')
  })
  const catalog = [...objects.values()].find(body => /\/Type \/Catalog\b/.test(body)) ?? ''
  return { pages, contents: contents.join('\n'), catalog }
}
