import { draw } from './drawing.ts'
import { colours, type Ink, type Told } from './ink.ts'
import type { Block, Card, Cell, Item } from './paper.ts'
import { type Atom, body, inkOf, leading, setLines, small } from './setting.ts'
import { barAtoms, heatAtoms, tableAtoms } from './table-atoms.ts'

/** Cards under one another as atoms of a column. `tell` gives what they are told within. */
export function cardAtoms(ink: Ink, cards: readonly Card[], width: number, tell: () => Told): Atom[] {
  return cards.flatMap((card, n) => {
    let own: Told | undefined
    const told = () => {
      if (!own) {
        own = ink.told('Sect', { title: card.title })
        tell().add(own)
      }
      return own
    }
    const note = card.note ? ink.plain(card.note) : ''
    const style = { size: small, colour: colours.ink3 }
    const titleWide = ink.width(card.title, { size: 9, weight: 'strong' })
    const beside = titleWide + 12 + ink.width(note, style) <= width
    const below = beside || note === '' ? [] : ink.lines(note, width, style)
    const title: Atom = {
      height: 17 + below.length * small * leading,
      keep: true,
      draw: (x, y) => {
        told().add(ink.told('H3', () => ink.write(card.title, x, y + 1, { size: 9, weight: 'strong' })))
        if (note !== '')
          told().add(
            ink.told('P', () =>
              beside
                ? ink.write(note, x + width, y + 3, { ...style, align: 'right' })
                : setLines(ink, below, x, y + 14, style),
            ),
          )
        ink.rule(x, y + 15 + below.length * small * leading, width, colours.lineStrong, 0.6)
      },
    }
    // What goes on overleaf says there what it is.
    const continued = ({ again, ...atom }: Atom): Atom =>
      !again || card.title === ''
        ? { ...atom, ...(again && { again }) }
        : {
            ...atom,
            again: {
              height: again.height + 12,
              draw: (x, y) => {
                const named = { ...style, weight: 'strong' } as const
                ink.artifact(() => ink.write(`${card.title}, continued`, x, y, named), 'Pagination')
                again.draw(x, y + 12)
              },
            },
          }
    const atoms = [
      ...(card.title === '' ? [] : [title]),
      ...card.blocks.flatMap(block => blockAtoms(ink, block, width, told)).map(continued),
    ]
    const kept = card.whole
      ? atoms.map((atom, at) => (at < atoms.length - 1 ? { ...atom, keep: true } : atom))
      : atoms
    return [...(n > 0 ? [room(13)] : []), ...kept]
  })
}

/** Room between two things. */
const room = (height: number): Atom => ({ height, gap: true, draw: () => undefined })

function blockAtoms(ink: Ink, block: Block, width: number, told: () => Told): Atom[] {
  switch (block.kind) {
    case 'table':
      return tableAtoms(ink, block, width, told)
    case 'list':
      return listAtoms(ink, block.items, width, told)
    case 'text':
      return textAtoms(ink, block, width, told)
    case 'tiles':
      return tileAtoms(ink, block, width, told)
    case 'bars':
      return barAtoms(ink, block, width, told)
    case 'heat':
      return heatAtoms(ink, block, width, told)
    case 'chart':
      return [chartAtom(ink, block, width, told)]
    case 'terms':
      return termAtoms(ink, block, width, told)
  }
}

function textAtoms(
  ink: Ink,
  block: Extract<Block, { kind: 'text' }>,
  width: number,
  told: () => Told,
): Atom[] {
  const style = { size: block.small ? small : body, colour: block.quiet ? colours.ink3 : colours.ink }
  const paragraphs = block.text.split(/\n+/).filter(one => one.trim() !== '')
  return paragraphs.map(text => {
    const lines = ink.lines(text, width, style)
    return {
      height: lines.length * style.size * leading + 7,
      draw: (x, y) => {
        told().add(ink.told('P', () => setLines(ink, lines, x, y + 4, style)))
      },
    }
  })
}

function listAtoms(ink: Ink, items: readonly Item[], width: number, told: () => Told): Atom[] {
  let list: Told | undefined
  const leads = items.map(one => (one.lead ? ink.width(one.lead, { size: body }) : 0))
  const indent = Math.max(...leads, 0) > 0 ? Math.max(...leads) + 8 : 0
  return items.map((item, n) => {
    const style = { size: body, weight: item.strong ? ('strong' as const) : ('regular' as const) }
    const end = item.end ? ink.width(item.end, style) + 14 : 0
    const lines = ink.lines(item.text, width - indent - end, style)
    const more = (item.more ?? []).map(one => {
      const of = {
        size: 7.6,
        colour: one.tone === 'bad' ? colours.bad : one.quiet === false ? colours.ink : colours.ink2,
      }
      return { of, lines: ink.lines(one.text, width - indent, of) }
    })
    const height =
      lines.length * body * leading +
      more.reduce((sum, one) => sum + one.lines.length * 7.6 * leading + 0.5, 0)
    return {
      height: height + 5.6,
      // None stands alone overleaf.
      keep: items.length > 2 && n === items.length - 2,
      draw: (x, y) => {
        if (!list) {
          list = ink.told('L')
          told().add(list)
        }
        list.add(
          ink.told('LI', [
            ink.told('LBody', () => {
              const top = y + 3.4
              if (item.lead)
                ink.write(item.lead, x, top, {
                  size: body,
                  colour: item.tone === 'bad' ? colours.bad : colours.ink3,
                })
              setLines(ink, lines, x + indent, top, style)
              if (item.end)
                ink.write(item.end, x + width, top, {
                  ...style,
                  align: 'right',
                  ...(!item.strong && { colour: item.tone === 'bad' ? colours.bad : colours.ink2 }),
                })
              let down = top + lines.length * body * leading + 0.5
              for (const one of more) down += setLines(ink, one.lines, x + indent, down, one.of) + 0.5
            }),
          ]),
        )
        if (n < items.length - 1) ink.rule(x, y + height + 5.2, width)
      },
    }
  })
}

/** A change as it stands in a line: its sign and size, coloured where it is bad. */
function setCell(ink: Ink, cell: Cell, x: number, y: number, size: number): number {
  ink.write(cell.text, x, y, { size, colour: inkOf(cell.tone) })
  return ink.width(cell.text, { size })
}

function tileAtoms(
  ink: Ink,
  { tiles, across }: Extract<Block, { kind: 'tiles' }>,
  width: number,
  told: () => Told,
): Atom[] {
  const gap = 14
  const wide = (width - gap * (across - 1)) / across
  const rows = Array.from({ length: Math.ceil(tiles.length / across) }, (_, n) =>
    tiles.slice(n * across, (n + 1) * across),
  )
  return rows.map((row, at): Atom => {
    const most = Math.max(...row.map(one => one.deltas.length))
    const height = 42 + most * 11
    return {
      height: height + 8,
      draw: (x, y) => {
        for (const [n, tile] of row.entries()) {
          const left = x + n * (wide + gap)
          told().add(
            ink.told('P', () => {
              ink.write(tile.label, left, y + 6, { size: 7.6, colour: colours.ink2 })
              ink.write(tile.value, left, y + 16, { size: 17 })
              for (const [line, { cell, base }] of tile.deltas.entries()) {
                const down = y + 39 + line * 11
                const after = setCell(ink, cell, left, down, 7.6)
                ink.write(base, left + after + 3, down, { size: 7.6, colour: colours.ink3 })
              }
            }),
          )
          if (at > 0) ink.rule(left, y + 2, wide)
        }
      },
    }
  })
}

function chartAtom(
  ink: Ink,
  { alt, drawing, height }: Extract<Block, { kind: 'chart' }>,
  width: number,
  told: () => Told,
): Atom {
  return {
    height: height + 4,
    keep: true,
    draw: (x, y) => {
      const bbox = [x, y, x + width, y + height]
      told().add(ink.told('Figure', { alt, bbox }, () => draw(ink, drawing, { x, y: y + 4, width, height })))
    },
  }
}

function termAtoms(
  ink: Ink,
  { terms, across }: Extract<Block, { kind: 'terms' }>,
  width: number,
  told: () => Told,
): Atom[] {
  const gap = 18
  const wide = (width - gap * (across - 1)) / across
  const style = { size: small, colour: colours.ink2 }
  const set = terms.map(({ name, about }) => {
    const names = ink.lines(name, wide, { size: small, weight: 'strong' })
    const start = ink.width(`${names.at(-1)}\u2002`, { size: small, weight: 'strong' })
    // What it means goes on in the line of its name.
    const words = about.split(' ')
    let first = 0
    while (first < words.length && start + ink.width(words.slice(0, first + 1).join(' '), style) <= wide)
      first += 1
    const rest = words.slice(first).join(' ')
    return {
      names,
      start,
      beside: words.slice(0, first).join(' '),
      below: rest === '' ? [] : ink.lines(rest, wide, style),
    }
  })
  return Array.from({ length: Math.ceil(set.length / across) }, (_, n) => {
    const row = set.slice(n * across, (n + 1) * across)
    return {
      height: Math.max(...row.map(one => one.names.length + one.below.length)) * small * leading + 6,
      draw: (x, y) => {
        for (const [at, { names, start, beside, below }] of row.entries()) {
          const left = x + at * (wide + gap)
          told().add(
            ink.told('P', () => {
              const down = setLines(ink, names, left, y + 3, { size: small, weight: 'strong' })
              ink.write(beside, left + start, y + 3 + down - small * leading, style)
              setLines(ink, below, left, y + 3 + down, style)
            }),
          )
        }
      },
    }
  })
}
