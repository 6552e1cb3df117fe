import { colours, type Ink, mixed, type Told } from './ink.ts'
import type { Block } from './paper.ts'
import { type Atom, body, inkOf, leading, setLines, small } from './setting.ts'

type Table = Extract<Block, { kind: 'table' }>

/** How wide each column is, and at what size its figures stand. */
interface Measured {
  size: number
  gap: number
  widths: number[]
}

const fewest = 84

/** Columns as wide as their figures ask; what is left goes to all of them, the name first. Smaller type where there is too little. */
function measure(ink: Ink, { columns, rows, compact }: Table, width: number): Measured {
  const longest = (text: string, size: number) =>
    Math.max(...text.split(' ').map(word => ink.width(word, { size })), 0)
  const at = (size: number, gap: number) => {
    const own = columns.map(({ head, apart }, n) => {
      const cells = rows.map(row =>
        ink.width(row[n]?.text ?? '', { size, weight: row[n]?.strong ? 'strong' : 'regular' }),
      )
      // Words that stand among figures are set in lines before they take the room of what the row is of.
      const most = n === 0 ? Number.POSITIVE_INFINITY : width * 0.26
      return (
        Math.max(
          Math.min(Math.max(...cells), most),
          longest(head, Math.min(size, small)),
          ink.width(head, { size: small }) * 0.54,
        ) + (apart ? 8 : 0)
      )
    })
    const [name = 0, ...figures] = own
    return { name: name + 7, figures, needed: figures.reduce((sum, one) => sum + one + gap, 0) }
  }
  const sizes: [number, number][] = [
    ...(compact
      ? []
      : ([
          [body, 11],
          [body, 8],
        ] as [number, number][])),
    [7.6, 7],
    [7, 6],
    [6.4, 5],
  ]
  const [size, gap] =
    sizes.find(([size, gap]) => {
      const { name, needed } = at(size, gap)
      return needed + Math.min(name, Math.max(fewest, width * 0.24)) <= width
    }) ?? (sizes.at(-1) as [number, number])
  const { name, figures, needed } = at(size, gap)
  const left = Math.max(0, width - needed - name)
  const more = Math.min(left / columns.length, 96)
  const wanted = figures.map(one => one + gap + more)
  const all = wanted.reduce((sum, one) => sum + one, 0)
  // Where even the smallest type leaves the name no room, every column gives of its own.
  const room = width - Math.min(name, fewest)
  const wider = all > room ? wanted.map(one => (one * room) / all) : wanted
  return { size, gap, widths: [width - Math.min(all, room), ...wider] }
}

/** A table as atoms: its head, set again overleaf, and each row. */
export function tableAtoms(ink: Ink, table: Table, width: number, told: () => Told): Atom[] {
  const { size, gap, widths } = measure(ink, table, width)
  const ends = widths.map((_, n) => widths.slice(0, n + 1).reduce((sum, one) => sum + one, 0))
  let own: Told | undefined
  const within = () => {
    if (!own) {
      own = ink.told('Table', { title: table.caption })
      told().add(own)
    }
    return own
  }
  const headStyle = { size: Math.min(size, small), colour: colours.ink3 }
  const heads = table.columns.map(({ head, apart }, n) =>
    ink.lines(head, (widths[n] ?? 0) - (n === 0 ? 6 : gap - 2 + (apart ? 8 : 0)), headStyle),
  )
  const most = Math.max(...heads.map(lines => lines.length), 1)
  const high = most * headStyle.size * leading + 5
  const setHead = (n: number, x: number, y: number) => {
    const lines = heads[n] ?? []
    const top = y + 3.5 + (most - lines.length) * headStyle.size * leading
    if (n === 0) setLines(ink, lines, x, top, headStyle)
    else setLines(ink, lines, x + (ends[n] ?? 0), top, { ...headStyle, align: 'right' })
  }
  const line = (x: number, y: number) => ink.rule(x, y + high - 0.5, width, colours.lineStrong, 0.5)
  const head: Atom = {
    height: high,
    keep: true,
    draw: (x, y) => {
      within().add(
        ink.told(
          'TR',
          table.columns.map((_, n) => ink.told('TH', { scope: 'Column' }, () => setHead(n, x, y))),
        ),
      )
      line(x, y)
    },
  }
  const again = {
    height: high,
    draw: (x: number, y: number) => {
      ink.artifact(() => {
        for (const n of table.columns.keys()) setHead(n, x, y)
      }, 'Pagination')
      line(x, y)
    },
  }
  return [
    head,
    ...table.rows.map((row, at): Atom => {
      const weightOf = (n: number) => (row[n]?.strong ? ('strong' as const) : ('regular' as const))
      const cells = row.map((cell, n) =>
        ink.lines(cell.text, (widths[n] ?? 0) - (n === 0 ? 6 : gap - 0.1), { size, weight: weightOf(n) }),
      )
      const height =
        Math.max(...cells.map(lines => lines.length)) * size * leading + (table.compact ? 3 : 4.2)
      return {
        height,
        again,
        // No one or two rows stand alone at the foot or the top of a page.
        keep: at < table.rows.length - 1 && (at < 2 || at > table.rows.length - 4),
        draw: (x, y) => {
          within().add(
            ink.told(
              'TR',
              row.map((cell, n) =>
                ink.told(
                  n === 0 ? 'TH' : 'TD',
                  { ...(n === 0 && { scope: 'Row' }), ...(cell.said && { actual: cell.said }) },
                  () => {
                    const style = { size, weight: weightOf(n), colour: inkOf(cell.tone) }
                    const top = y + (table.compact ? 1.8 : 2.4)
                    if (n === 0) setLines(ink, cells[0] ?? [], x, top, style)
                    else setLines(ink, cells[n] ?? [], x + (ends[n] ?? 0), top, { ...style, align: 'right' })
                  },
                ),
              ),
            ),
          )
          if (at < table.rows.length - 1) ink.rule(x, y + height, width)
        },
      }
    }),
  ]
}

/** What adds up to a change, as bars from a line of nothing: a table with a picture. */
export function barAtoms(
  ink: Ink,
  { bars, caption, span }: Extract<Block, { kind: 'bars' }>,
  width: number,
  told: () => Told,
): Atom[] {
  let table: Told | undefined
  const names = Math.min(
    width * 0.45,
    Math.max(...bars.map(one => ink.width(one.name, { size: body })), 0) + 8,
  )
  const values = Math.max(...bars.map(one => ink.width(one.value, { size: body, weight: 'strong' })), 0) + 8
  const [least, most] = span
  const scale = (width - names - values) / (most - least || 1)
  return bars.map((bar, n) => {
    const lines = ink.lines(bar.name, names - 6, { size: body })
    const height = lines.length * body * leading + 5
    return {
      height,
      keep: n < bars.length - 1,
      draw: (x, y) => {
        if (!table) {
          table = ink.told('Table', { title: caption })
          told().add(table)
        }
        const zero = x + names - least * scale
        const size = Math.abs(bar.size) * scale
        ink.fill(
          bar.size < 0 ? zero - size : zero,
          y + 3,
          size,
          height - 5,
          bar.size < 0 ? mixed(colours.bad, colours.surface, 42) : (colours.sequential[3] ?? colours.actual),
        )
        ink.artifact(() =>
          ink.doc
            .moveTo(zero, y)
            .lineTo(zero, y + height)
            .lineWidth(0.6)
            .undash()
            .strokeColor(colours.lineStrong)
            .stroke(),
        )
        table.add(
          ink.told('TR', [
            ink.told('TH', () => setLines(ink, lines, x, y + 2.5, { size: body })),
            ink.told('TD', () =>
              ink.write(bar.value, x + width, y + 2.5, { size: body, weight: 'strong', align: 'right' }),
            ),
          ]),
        )
      },
    }
  })
}

/** As on the screen: blue for up, red for down, never full, so that ink stays readable. */
function shadeOf(moved: number | null): string {
  const ground = colours.sequential[0] ?? colours.surface
  if (moved === null) return ground
  const strength = Math.min(4, Math.round(Math.abs(moved) * 10)) * 9
  return mixed(moved < 0 ? colours.bad : (colours.sequential[4] ?? colours.actual), ground, strength)
}

/** A table whose cells are shaded by how they moved. */
export function heatAtoms(
  ink: Ink,
  { columns, rows, caption }: Extract<Block, { kind: 'heat' }>,
  width: number,
  told: () => Told,
): Atom[] {
  let table: Told | undefined
  const within = () => {
    if (!table) {
      table = ink.told('Table', { title: caption })
      told().add(table)
    }
    return table
  }
  const style = { size: small, colour: colours.ink3 }
  const names = Math.min(
    width * 0.3,
    Math.max(...rows.map(one => ink.width(one.name, { size: body })), 0) + 8,
  )
  const wide = (width - names) / columns.length
  const heads = columns.map(name => ink.lines(name, wide - 4, style))
  const high = Math.max(...heads.map(lines => lines.length)) * small * leading + 4
  const head: Atom = {
    height: high,
    keep: true,
    draw: (x, y) => {
      within().add(
        ink.told(
          'TR',
          heads.map((lines, n) =>
            ink.told('TH', () =>
              setLines(ink, lines, x + names + (n + 0.5) * wide, y + 3, { ...style, align: 'centre' }),
            ),
          ),
        ),
      )
    },
  }
  return [
    head,
    ...rows.map(({ name, cells }): Atom => {
      const said = cells.map(cell => (cell ? ink.lines(cell.text, wide - 6, { size: body }) : []))
      const label = ink.lines(name, names - 6, { size: body })
      const lines = Math.max(1, label.length, ...said.map(one => one.length))
      const height = lines * body * leading + 7
      return {
        height,
        draw: (x, y) => {
          for (const [n, cell] of cells.entries())
            if (cell) ink.fill(x + names + n * wide + 1, y + 1, wide - 2, height - 2, shadeOf(cell.moved), 2)
          within().add(
            ink.told('TR', [
              ink.told('TH', () =>
                setLines(ink, label, x, y + (height - label.length * body * leading) / 2 + 0.5, {
                  size: body,
                }),
              ),
              ...said.map((those, n) =>
                ink.told('TD', () =>
                  setLines(
                    ink,
                    those,
                    x + names + (n + 0.5) * wide,
                    y + (height - those.length * body * leading) / 2 + 0.5,
                    { size: body, align: 'centre' },
                  ),
                ),
              ),
            ]),
          )
        },
      }
    }),
  ]
}
