import { cardAtoms } from './atoms.ts'
import { colours, Ink, type Told } from './ink.ts'
import type { Card, Paper, Row, Section } from './paper.ts'
import { type Atom, leading, setLines } from './setting.ts'

const margin = 36
const gutter = 22
const top = 46
const foot = 44

/** Where something stands: on which page, how far down. */
interface Place {
  page: number
  y: number
}

/** Sets a document: A4, its pages numbered, tagged for who listens to it. The bytes of a PDF. */
export async function press(paper: Paper): Promise<Uint8Array<ArrayBuffer>> {
  const ink = new Ink({
    title: `${paper.kind}: ${paper.headline}`,
    subject: paper.facts.join(' · '),
    landscape: paper.landscape,
    made: paper.made,
  })
  await new Press(ink, paper).run()
  ink.doc.end()
  const bytes: Buffer[] = []
  for await (const chunk of ink.doc) bytes.push(chunk as Buffer)
  return new Uint8Array(Buffer.concat(bytes))
}

class Press {
  readonly #ink: Ink
  readonly #paper: Paper
  readonly #whole: Told
  #pages = 0
  #width = 0
  #bottom = 0

  constructor(ink: Ink, paper: Paper) {
    this.#ink = ink
    this.#paper = paper
    this.#whole = ink.told('Document', { title: paper.kind })
    ink.doc.addStructure(this.#whole)
  }

  async run(): Promise<void> {
    this.#turnTo(0)
    const { page } = this.#ink.doc
    this.#width = page.width - 2 * margin
    this.#bottom = page.height - foot
    let at = this.#head()
    let begun = 0
    for (const section of this.#paper.sections) {
      // What would begin a page of its own shares one that holds no more than a rest.
      const fresh = section.fresh === true && at.page === begun
      at = await this.#section({ ...section, fresh }, at, page => {
        begun = page
      })
    }
    if (this.#ink.missed)
      await this.#rows(
        [
          {
            columns: [
              [
                {
                  title: 'About the type',
                  blocks: [
                    {
                      kind: 'text',
                      small: true,
                      quiet: true,
                      text: '□ stands for a character of a script this document has no type for (it has Latin, Greek and Cyrillic). Who copies or listens to the text, or opens it on the screen, has the name whole.',
                    },
                  ],
                },
              ],
            ],
          },
        ],
        { ...at, y: at.y + 16 },
        this.#whole,
      )
    for (let n = 0; n < this.#pages; n += 1) this.#edges(n)
  }

  /** Goes to a page, which is begun where there is none yet. */
  #turnTo(page: number): void {
    if (page >= this.#pages) {
      this.#ink.doc.addPage()
      this.#pages = page + 1
    } else this.#ink.doc.switchToPage(page)
  }

  /** What the document is, says, is of; and what is to be known before its figures are believed. */
  #head(): Place {
    const { headline, kind, facts, warnings } = this.#paper
    let y = margin
    const told = (tag: string, draw: () => void) => this.#whole.add(this.#ink.told(tag, draw))
    told('P', () => this.#ink.write(kind, margin, y, { size: 8.6, weight: 'strong', colour: colours.accent }))
    y += 15
    const size = this.#paper.landscape ? 17 : 15
    const lines = this.#ink.lines(headline, this.#width, { size })
    told('H1', () => setLines(this.#ink, lines, margin, y, { size }))
    y += lines.length * size * leading + 1
    for (const fact of facts) {
      const style = { size: 8.2, colour: colours.ink2 }
      const those = this.#ink.lines(fact, this.#width, style)
      const down = y
      told('P', () => setLines(this.#ink, those, margin, down, style))
      y += those.length * style.size * leading
    }
    y += 7
    for (const words of warnings) {
      const style = { size: 8.2, colour: colours.warn }
      const those = this.#ink.lines(words, this.#width - 20, style)
      const high = those.length * style.size * leading + 9
      const down = y
      this.#ink.fill(margin, down, this.#width, high, colours.warnSoft, 3)
      told('P', () => setLines(this.#ink, those, margin + 10, down + 5, style))
      y += high + 5
    }
    return { page: 0, y: y + 5 }
  }

  async #section(section: Section, from: Place, begins: (page: number) => void): Promise<Place> {
    const { doc } = this.#ink
    const full = this.#bottom - top
    const high = section.title === null ? 0 : 25
    const total = high + section.rows.reduce((sum, row) => sum + this.#tallest(row) + 13, 0)
    const least = high + (section.rows[0] ? this.#least(section.rows[0]) : 0)
    const gap = from.y > top ? 18 : 0
    const left = this.#bottom - from.y - gap
    // A part that a page holds whole is not parted for the sake of the rest of another.
    const enough = full * (total <= full ? 0.6 : 0.3)
    const turn = from.y > top && (section.fresh || (total > left && (left < enough || least > left)))
    let at = turn
      ? { page: from.page + 1, y: top }
      : { page: from.page, y: from.y + (section.title ? gap : 0) }
    begins(at.page)
    const told = this.#ink.told('Sect', { title: section.title ?? this.#paper.kind })
    this.#whole.add(told)
    const { title } = section
    if (title !== null) {
      this.#turnTo(at.page)
      this.#ink.rule(margin, at.y, this.#width, colours.ink, 0.9)
      told.add(
        this.#ink.told('H2', () =>
          this.#ink.write(title, margin, at.y + 5, { size: 12.5, weight: 'strong' }),
        ),
      )
      doc.outline.addItem(title)
      at = { ...at, y: at.y + high }
    }
    return this.#rows(section.rows, at, told)
  }

  async #rows(rows: readonly Row[], from: Place, told: Told): Promise<Place> {
    let at = from
    for (const [n, row] of rows.entries()) {
      // A pack takes a second: who asks for something else meanwhile is served between its rows.
      await new Promise(done => setImmediate(done))
      const full = this.#bottom - top
      const gap = n === 0 || at.y <= top ? 0 : 13
      const left = this.#bottom - at.y - gap
      const tallest = this.#tallest(row)
      const turn =
        at.y > top && tallest > left && ((tallest <= full && left < full * 0.25) || this.#least(row) > left)
      at = turn ? { page: at.page + 1, y: top } : { page: at.page, y: at.y + gap }
      const start = at
      let x = margin
      for (const [column, width] of this.#columns(row)) {
        const end = this.#flow(
          cardAtoms(this.#ink, column, width, () => told),
          x,
          start,
        )
        if (end.page > at.page || (end.page === at.page && end.y > at.y)) at = end
        x += width + gutter
      }
    }
    return at
  }

  #columns({ columns, shares }: Row): [readonly Card[], number][] {
    const wide = this.#width - gutter * (columns.length - 1)
    const all = shares?.reduce((sum, one) => sum + one, 0) ?? columns.length
    return columns.map((column, n) => [column, (wide * (shares?.[n] ?? 1)) / all])
  }

  #atoms = new WeakMap<Row, { tallest: number; least: number }>()
  #measured(row: Row) {
    let known = this.#atoms.get(row)
    if (!known) {
      const columns = this.#columns(row).map(([column, width]) =>
        cardAtoms(this.#ink, column, width, () => this.#whole),
      )
      const sum = (atoms: readonly Atom[]) => atoms.reduce((all, one) => all + one.height, 0)
      known = {
        tallest: Math.max(...columns.map(sum), 0),
        least: Math.max(...columns.map(atoms => kept(atoms, 0)), 0),
      }
      this.#atoms.set(row, known)
    }
    return known
  }
  #tallest = (row: Row) => this.#measured(row).tallest
  #least = (row: Row) => this.#measured(row).least

  /** Sets atoms under one another, overleaf where a page is full; gives where they end. */
  #flow(atoms: readonly Atom[], x: number, from: Place): Place {
    let { page, y } = from
    this.#turnTo(page)
    for (const [n, atom] of atoms.entries()) {
      const need = kept(atoms, n)
      const fits = need > this.#bottom - top ? atom.height : need
      if (y + fits > this.#bottom && y > top) {
        page += 1
        y = top
        this.#turnTo(page)
        if (atom.again) {
          atom.again.draw(x, y)
          y += atom.again.height
        }
      }
      if (atom.gap && y === top) continue
      atom.draw(x, y)
      y += atom.height
    }
    return { page, y }
  }

  /** What is repeated: the running head from the second page on, the foot of every page. */
  #edges(page: number): void {
    const ink = this.#ink
    this.#turnTo(page)
    const style = { size: 7.2, colour: colours.ink3 }
    const right = margin + this.#width
    const low = this.#bottom + 18
    const { kind, facts, trust } = this.#paper
    ink.rule(margin, low - 6, this.#width)
    const number = `Page ${page + 1} of ${this.#pages}`
    const wide = this.#width - ink.width(number, style) - 20
    ink.artifact(() => {
      ink.write(ink.short(trust, wide, style), margin, low, style)
      ink.write(number, right, low, { ...style, align: 'right' })
      if (page > 0) {
        ink.write(kind, margin, 24, { ...style, weight: 'strong' })
        const of = ink.short(facts[0] ?? '', this.#width * 0.7, style)
        ink.write(of, right, 24, { ...style, align: 'right' })
      }
    }, 'Pagination')
  }
}

/** The height of an atom and of those that stay with it. */
function kept(atoms: readonly Atom[], from: number): number {
  let at = from
  let height = atoms[at]?.height ?? 0
  while (atoms[at]?.keep && at + 1 < atoms.length) {
    at += 1
    height += atoms[at]?.height ?? 0
  }
  return height
}
