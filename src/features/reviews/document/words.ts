import { type Measure, show, showDay } from '#kernel/format.ts'
import { change } from '#kernel/trend.ts'
import { spanWords } from '#kernel/view.ts'
import type { Definition } from '#metrics/query.ts'
import { type FigureRow, headsOf, linesOf, type Moved, saidIn } from '#ui/figure-rows.ts'
import type { Action, Content } from '../shape.ts'
import type { Block, Card, Cell, Item, Row, Section } from './paper.ts'

/** What the documents have in common: figures, changes, events, actions, trust, in the words of the screen. */

/** What a document is made with besides its figures. */
export interface Ground {
  /** Names of the stores the figures are of. */
  stores: readonly string[]
  /** Whether these are all there are. */
  everyStore: boolean
  /** What targets that are plan versions are called. */
  plans: Readonly<Record<string, string>>
  made: Date
  /** Zone of the company's clock. */
  zone: string
}

interface Defined {
  definitions: Record<string, Definition>
  currency: string | null
}

export const measureOf = ({ definitions, currency }: Defined, metric: string): Measure => ({
  unit: definitions[metric]?.unit ?? 'quantity',
  good: definitions[metric]?.good ?? 'none',
  currency,
})

export const labelOf = ({ definitions }: Defined, metric: string): string =>
  definitions[metric]?.label ?? metric

/** A change as a cell: its size after its sign; a dash where there is nothing to compare with. */
export function movedCell(
  moved: Moved | null | undefined,
  measure: Measure,
  points: 'pp' | 'bps' = 'bps',
): Cell {
  const said = change(moved ?? undefined, measure, { points })
  if (said.text === 'N/A') return { text: '–', said: 'nothing to compare with' }
  if (!said.arrow) return { text: 'level' }
  return {
    text: `${said.arrow} ${said.text}`,
    tone: said.tone,
    said: `${said.arrow === '▲' ? 'up' : 'down'} ${said.text}`,
  }
}

/** The rows of a table of the screen as a table of paper. `apart`: places where a new group of columns begins. */
export function figureTable(
  of: Defined,
  table: { caption: string; value: string; columns: readonly string[]; rows: readonly FigureRow[] },
  apart: readonly string[] = [],
): Extract<Block, { kind: 'table' }> {
  const lines = linesOf(table.rows)
  const heads = headsOf(lines, [table.value, ...table.columns])
  return {
    kind: 'table',
    caption: table.caption,
    columns: [{ head: '' }, ...heads.map(({ name }) => ({ head: name, apart: apart.includes(name) }))],
    rows: lines.map(({ row, cells }) => [
      { text: row.name ?? labelOf(of, row.metric) },
      ...heads.map(({ at }): Cell => {
        const cell = cells[at]
        if (!cell) return { text: '' }
        if ('moved' in cell) return movedCell(cell.moved, measureOf(of, row.metric))
        return {
          text: saidIn(lines, at, cell, measureOf(of, cell.metric)),
          strong: cell.metric === row.metric,
        }
      }),
    ]),
  }
}

export const quiet = (text: string): Block => ({ kind: 'text', quiet: true, text })
/** Said beside figures, in small type. */
export const aside = (text: string): Block => ({ kind: 'text', quiet: true, small: true, text })
/** A card across the page. */
export const one = (card: Card): Row => ({ columns: [[card]] })

/** What is in the calendar, each with its days. */
export const eventsCard = (title: string, events: Content['events']): Card => ({
  title,
  blocks: [
    events.length === 0
      ? { kind: 'text', quiet: true, text: 'Nothing is in the calendar.' }
      : {
          kind: 'list',
          items: events.map(one => ({ lead: spanWords(one.from, one.to), text: one.name })),
        },
  ],
})

/** What was agreed: who does it by when, and what came of it. `wide`: who and when stand at the end of its line. */
export function actionsCard(
  title: string,
  actions: readonly Action[],
  { week, wide = false }: { week: string; wide?: boolean },
): Card {
  const open = actions.filter(one => !one.done).length
  const itemOf = (one: Action): Item => {
    const late = !one.done && one.due < week
    const tone = late ? 'bad' : 'neutral'
    const who = `${one.owner.name} · ${one.done ? 'done, was ' : ''}due ${showDay(one.due, 'card')}${late ? ', overdue' : ''}`
    const more = [
      ...(wide ? [] : [who]),
      ...(one.week < week ? [`carried from the week to ${showDay(one.week, 'card')}`] : []),
      ...(one.outcome ? [one.outcome] : []),
    ].join(' · ')
    return {
      lead: one.done ? '✓' : '○',
      text: one.text,
      ...(wide && { end: who, tone }),
      ...(more && { more: [{ text: more, tone: wide ? 'neutral' : tone }] }),
    }
  }
  return {
    title,
    ...(actions.length > 0 && { note: `${open} open` }),
    blocks: [
      actions.length === 0
        ? quiet('No actions are agreed yet.')
        : { kind: 'list', items: actions.map(itemOf) },
    ],
  }
}

/** What the figures named mean, so many beside one another. */
export const meanings = ({ definitions }: Defined, metrics: readonly string[], across: number): Section => ({
  title: 'What the figures mean',
  rows: [
    one({
      title: '',
      blocks: [
        {
          kind: 'terms',
          across,
          terms: Object.values(definitions)
            .filter(of => metrics.includes(of.name))
            .map(of => ({ name: of.label, about: of.description })),
        },
      ],
    }),
  ],
})

/** A moment by the company's clock: "28 Nov 2026, 06:42". */
const momentWords = (at: string | Date, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  }).format(new Date(at))

/** Whether the figures can be believed: how far the data reach, when they were loaded, and that they are whole or not. */
export function trustWords(
  trust: { lastDay: string | null; asOf: string | null; stale?: string | null },
  { made, zone }: Pick<Ground, 'made' | 'zone'>,
): string {
  return [
    'Quarterdeck',
    trust.lastDay === null ? 'No data yet' : `Data to ${showDay(trust.lastDay)}`,
    ...(trust.asOf ? [`loaded ${momentWords(trust.asOf, zone)}`] : []),
    ...(trust.lastDay === null || trust.stale === undefined
      ? []
      : [trust.stale === null ? 'figures whole' : 'figures not whole']),
    `made ${momentWords(made, zone)} (${zone})`,
  ].join(' · ')
}

/** Which stores it is of: all by name while they are few. */
export function storesWords({ stores, everyStore }: Pick<Ground, 'stores' | 'everyStore'>): string {
  const many = stores.length > 6
  if (stores.length === 0) return 'No stores yet'
  const names = many ? `${stores.slice(0, 5).join(', ')} and ${stores.length - 5} more` : stores.join(', ')
  return everyStore && stores.length > 1 ? `All stores: ${names}` : names
}

export const targetWords = (target: string | null, { plans }: Pick<Ground, 'plans'>): string[] =>
  target === null ? [] : [`target: ${plans[target] ?? target}`]

export const currencyWords = (currency: string | null): string[] =>
  currency === null ? [] : [`in ${currency}`]

export const money = (
  value: string | null,
  currency: string | null,
  place: 'card' | 'table' | 'whole' = 'card',
) => show(value, { unit: 'money', currency }, place)
