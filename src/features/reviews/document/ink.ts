import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import { paletteOf } from '#ui/palette.ts'

/** What words and lines are set with: type, colours, and what becomes of characters no type is there for. */

export type Weight = 'regular' | 'strong'

const faces: Record<Weight, string> = {
  regular: '400Regular/Inter_400Regular.ttf',
  strong: '600SemiBold/Inter_600SemiBold.ttf',
}

/** The colours of paper: the tokens of the screen as they are where it is light. */
export const colours = (() => {
  const [light = ''] = readFileSync(new URL('../../../ui/tokens.css', import.meta.url), 'utf8').split(
    '@media',
  )
  const tokens = new Map([...light.matchAll(/--([a-z0-9-]+):\s*([^;]+);/g)].map(([, name, is]) => [name, is]))
  const token = (name: string) => tokens.get(name)?.trim() ?? '#000000'
  return { ...paletteOf(token, 'Inter'), warn: token('warn'), warnSoft: token('warn-soft') }
})()

/** Stands for a character no type is there for: nobody takes it for one that is right. */
const unseen = '□'
/** Shapes of the character before it, and joins: nothing by themselves. */
const joiners = /\p{Default_Ignorable_Code_Point}/gu
const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Digits stand under one another everywhere, but for text with a hyphen, which would get the room of a digit as well. */
const figure = /^[^-]*\d[^-]*$/
const featuresOf = (text: string) => (figure.test(text) ? { features: ['tnum' as const] } : {})

interface Style {
  size: number
  weight?: Weight
  colour?: string
}

type Document = InstanceType<typeof PDFDocument>

/** An element of the document as who listens to it is told it. */
export type Told = ReturnType<Document['struct']>
type Within = (() => unknown) | Told | Told[]
interface About {
  title?: string
  /** In place of what is drawn. */
  alt?: string
  actual?: string
  bbox?: readonly number[]
  /** Of a heading in a table. */
  scope?: 'Row' | 'Column'
}

/** A document to write on, page by page, and what measures text as it will stand there. */
export class Ink {
  readonly doc: Document
  /** Whether a character had to be left a box. */
  missed = false
  readonly #holds: (point: number) => boolean
  readonly #widths = new Map<string, number>()
  readonly #plain = new Map<string, string>()

  constructor(of: { title: string; subject: string; landscape: boolean; made: Date }) {
    this.doc = new PDFDocument({
      size: 'A4',
      layout: of.landscape ? 'landscape' : 'portrait',
      margin: 0,
      bufferPages: true,
      autoFirstPage: false,
      tagged: true,
      lang: 'en-GB',
      displayTitle: true,
      pdfVersion: '1.7',
      info: { Title: of.title, Subject: of.subject, Creator: 'Quarterdeck', CreationDate: of.made },
    })
    for (const [name, path] of Object.entries(faces))
      this.doc.registerFont(name, fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${path}`)))
    this.doc.font('regular')
    const { font } = (
      this.doc as unknown as { _font: { font: { hasGlyphForCodePoint(n: number): boolean } } }
    )._font
    this.#holds = point => font.hasGlyphForCodePoint(point)
  }

  /** An element and what is within it; what is drawn there is drawn once the element stands in the document. */
  told(tag: string, ...of: [] | [Within] | [About] | [About, Within]): Told {
    return (this.doc.struct as (tag: string, ...of: unknown[]) => Told).call(this.doc, tag, ...of)
  }

  /** Text as it can be set: on one line, with a box for each character there is no type for. */
  plain(text: string): string {
    const known = this.#plain.get(text)
    if (known !== undefined) return known
    const clean = text.replaceAll(/[\p{Cc}\u2028\u2029]+\s*/gu, ' ').replaceAll(joiners, '')
    const said = [...clusters.segment(clean.normalize('NFC'))]
      .map(({ segment }) =>
        [...segment].every(one => this.#holds(one.codePointAt(0) ?? 0)) ? segment : unseen,
      )
      .join('')
    this.#plain.set(text, said)
    return said
  }

  /** Points a text is wide. */
  width(text: string, { size, weight = 'regular' }: Style): number {
    const key = `${weight}${text}`
    let wide = this.#widths.get(key)
    if (wide === undefined) {
      wide = this.doc.font(weight).fontSize(100).widthOfString(this.plain(text), featuresOf(text)) / 100
      this.#widths.set(key, wide)
    }
    return wide * size
  }

  /** Lines of a text within a width: broken between words, and within one only where it alone is wider. */
  lines(text: string, width: number, style: Style): string[] {
    const lines: string[] = []
    let line = ''
    for (const word of text.split(/[ \n\r\t\u2028\u2029]+/)) {
      const longer = line === '' ? word : `${line} ${word}`
      if (this.width(longer, style) <= width) {
        line = longer
        continue
      }
      if (line !== '') lines.push(line)
      line = ''
      if (this.width(word, style) <= width) {
        line = word
        continue
      }
      for (const { segment } of clusters.segment(word)) {
        if (line !== '' && this.width(line + segment, style) > width) {
          lines.push(line)
          line = ''
        }
        line += segment
      }
    }
    return line === '' && lines.length > 0 ? lines : [...lines, line]
  }

  /** As much of a text as one line holds. */
  short(text: string, width: number, style: Style): string {
    const [first = '', ...more] = this.lines(text, width - this.width('…', style), style)
    return more.length > 0 ? `${first}…` : first
  }

  /** Writes a line with its baseline's box at `y`; at `right` it ends at x, at `centre` it stands around it. */
  write(
    text: string,
    x: number,
    y: number,
    style: Style & { align?: 'left' | 'right' | 'centre'; opacity?: number },
  ): void {
    const { doc } = this
    const said = this.plain(text)
    if (said === '') return
    const { align = 'left', weight = 'regular' } = style
    const wide = align === 'left' ? 0 : this.width(text, style)
    const at = align === 'right' ? x - wide : align === 'centre' ? x - wide / 2 : x
    // Who listens or searches finds the characters themselves.
    const hidden = said.includes(unseen) && !text.includes(unseen)
    if (hidden) this.missed = true
    if (hidden) doc.markContent('Span', { actual: text })
    doc
      .font(weight)
      .fontSize(style.size)
      .fillColor(style.colour ?? colours.ink, style.opacity ?? 1)
      .text(said, at, y, { ...featuresOf(text), lineBreak: false })
    if (hidden) doc.endMarkedContent()
  }

  /** What is no content: rules, shades, what is repeated. */
  artifact(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    this.doc.markContent('Artifact', { type })
    draw()
    this.doc.endMarkedContent()
  }

  rule(x: number, y: number, width: number, colour = colours.line, thick = 0.5): void {
    this.artifact(() =>
      this.doc
        .moveTo(x, y)
        .lineTo(x + width, y)
        .lineWidth(thick)
        .undash()
        .strokeColor(colour, 1)
        .stroke(),
    )
  }

  fill(x: number, y: number, width: number, height: number, colour: string, round = 0): void {
    if (width <= 0 || height <= 0) return
    this.artifact(() => this.doc.roundedRect(x, y, width, height, round).fillColor(colour, 1).fill())
  }
}

/** A colour so many parts of a hundred towards another; both #rrggbb. */
export function mixed(colour: string, into: string, percent: number): string {
  const part = (of: string, at: number) => Number.parseInt(of.slice(at, at + 2), 16)
  return `#${[1, 3, 5]
    .map(at =>
      Math.round((part(colour, at) * percent + part(into, at) * (100 - percent)) / 100)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
