import type { z } from 'zod'
import { show, showDay } from '#kernel/format.ts'
import { periodLabel } from '#kernel/period-words.ts'
import { spanWords } from '#kernel/view.ts'
import type { Moved } from '#ui/figure-rows.ts'
import { sixTwelve } from '#ui/six-twelve.ts'
import { brief, runsOf } from '#ui/six-twelve-runs.ts'
import { answerOf, marksIn, noteOn, shownWeeks } from '../model.ts'
import type { Content, Block as DeckBlock, Review } from '../shape.ts'
import type { Block, Card, Cell, Item, Paper, Row, Section } from './paper.ts'
import {
  actionsCard,
  currencyWords,
  type Ground,
  labelOf,
  meanings,
  measureOf,
  movedCell,
  storesWords,
  targetWords,
  trustWords,
} from './words.ts'

type Charted = Content['charts'][number]['chart']
/** A review as its document tells it: which weeks there are besides is the screen's. */
export type Shown = Pick<z.output<typeof Review>, 'content' | 'notes' | 'actions' | 'issue'>

/** A week's review as a document: what is out of the ordinary and what is agreed, then every figure where it stands every week. */
export function reviewPaper({ content, notes, actions, issue }: Shown, ground: Ground): Paper {
  const { deck, week } = content
  return {
    name: `${deck.id}-review-${week.to}`,
    kind: deck.name,
    headline: `${periodLabel(week.key)}: ${answerOf(content, notes)}`,
    facts: [
      [
        spanWords(week.from, week.to),
        storesWords(ground),
        ...targetWords(deck.target, ground),
        ...currencyWords(content.currency),
      ].join(' · '),
      ...(issue
        ? [
            `Issued by ${issue.by} on ${showDay(issue.at.slice(0, 10))}; figures, notes and actions as they were then · ${issue.hash.slice(0, 12)}`,
          ]
        : []),
    ],
    warnings: content.coming ? [content.coming] : [],
    trust: trustWords(content, ground),
    landscape: true,
    made: ground.made,
    sections: [
      {
        title: null,
        rows: [
          {
            columns: [
              [exceptions(content, notes)],
              ...(actions.length > 0 ? [[actionsCard('Actions', actions, { week: week.to })]] : []),
            ],
            ...(actions.length > 0 && { shares: [1.5, 1] }),
          },
        ],
      },
      ...deck.sections.map(
        (section): Section => ({ title: section.name, rows: rowsOf(content, section.blocks) }),
      ),
      meanings(
        content,
        content.charts.map(one => one.chart.metric),
        5,
      ),
    ],
  }
}

function exceptions(content: Content, notes: Shown['notes']): Card {
  const { length } = content.exceptions
  const silent = content.exceptions.filter(one => !noteOn(one, notes)).length
  return {
    title: 'Exceptions',
    ...(length > 0 && {
      note: silent > 0 ? `${silent} of ${length} still without a note` : 'each with a note',
    }),
    blocks: [
      length === 0
        ? {
            kind: 'text',
            quiet: true,
            text: 'Nothing out of the ordinary: every figure kept to its own range, and to its target where it has one.',
          }
        : {
            kind: 'list',
            items: content.exceptions.map((one): Item => {
              const said = noteOn(one, notes)
              const also = one.also ?? []
              return {
                lead: '●',
                tone: one.tone,
                text: one.words,
                more: [
                  ...(also.length > 0
                    ? [{ text: `With it: ${also.map(({ words }) => words).join('; ')}` }]
                    : []),
                  said
                    ? { text: `${said.text} (${said.by})`, quiet: false }
                    : { text: one.owner ? `No note yet · ${one.owner.name}` : 'No note yet' },
                ],
              }
            }),
          },
    ],
  }
}

/** Charts two by two, one that is left with its sums beside it; all else across the page, in the order of the deck. */
function rowsOf(content: Content, blocks: readonly DeckBlock[]): Row[] {
  const rows: { cards: Card[]; charts: boolean }[] = []
  for (const block of blocks) {
    const card = cardOf(content, block)
    if (!card) continue
    const last = rows.at(-1)
    const chart = block.kind === 'chart'
    if (chart && last?.charts && last.cards.length < 2) last.cards.push(card)
    else rows.push({ cards: [card], charts: chart })
  }
  return rows.map(({ cards, charts }) => {
    const [first] = cards
    if (!charts || cards.length > 1 || !first) return { columns: cards.map(card => [card]) }
    const drawn = first.blocks.filter(block => block.kind === 'chart')
    const sums = first.blocks.filter(block => block.kind !== 'chart')
    return drawn.length === 0
      ? { columns: [[first]] }
      : {
          columns: [
            [{ ...first, blocks: drawn }],
            [{ title: 'Last week, month, quarter and year to date', whole: true, blocks: sums }],
          ],
          shares: [1.3, 1],
        }
  })
}

function cardOf(content: Content, block: DeckBlock): Card | null {
  const charts = content.charts.filter(one => one.block === block.id).map(one => one.chart)
  const [first, second] = charts
  if (block.kind === 'text')
    return {
      title: block.title,
      note: block.owner?.name,
      blocks: [{ kind: 'text', text: block.text }],
    }
  if (!first) return null
  return block.kind === 'chart'
    ? chartCard(content, block, first, second)
    : periodCard(content, block, charts)
}

function chartCard(content: Content, block: DeckBlock, chart: Charted, other: Charted | undefined): Card {
  const measure = measureOf(content, chart.metric)
  const second = other && measureOf(content, other.metric).unit === measure.unit ? other : undefined
  const label = block.title || labelOf(content, chart.metric)
  const weeks = shownWeeks(chart)
  const strange = content.exceptions.some(one =>
    [one, ...(one.also ?? [])].some(matter => matter.block === block.id),
  )
  const known = [...weeks, ...chart.months].some(one => one.value !== null)
  const why = content.missing[chart.metric]
  return {
    title: label,
    note: [block.owner?.name, block.filters.map(one => one.is.join(', ')).join(' · ')]
      .filter(Boolean)
      .join(' · '),
    whole: true,
    blocks: known
      ? [
          {
            kind: 'chart',
            alt: altOf(label, chart, measure),
            height: 124,
            drawing: sixTwelve({
              ...runsOf(
                { ...chart, weeks },
                second && {
                  weeks: shownWeeks(second),
                  months: second.months,
                  label: labelOf(content, second.metric),
                },
                measure,
              ),
              strange,
              marks: marksIn(content, weeks, chart.months),
              tip: () => ({ title: '', rows: [] }),
            }),
          },
          summary(content, label, chart, second !== undefined),
          ...(second ? [summary(content, labelOf(content, second.metric), second, true)] : []),
          ...(chart.limits?.words
            ? [{ kind: 'text', small: true, quiet: true, text: chart.limits.words } as const]
            : []),
        ]
      : [{ kind: 'text', quiet: true, text: why ? `N/A: ${why}` : 'Nothing is known of these weeks yet.' }],
  }
}

/** What a chart shows, for who does not see it. */
const altOf = (label: string, chart: Charted, measure: ReturnType<typeof measureOf>): string =>
  `${label}: the last six weeks and twelve months beside last year. ${[...shownWeeks(chart), ...chart.months]
    .map(one => `${periodLabel(one.period)} ${show(one.value, measure)}`)
    .join(', ')}.`

/** Last week, month, quarter and year to date, each beside what it is compared with. */
function summary(content: Content, label: string, chart: Charted, titled: boolean): Block {
  const measure = measureOf(content, chart.metric)
  const groups = [
    ['Last week', chart.week],
    ['Month', chart.month],
    ['Quarter', chart.quarter],
    ['Year', chart.year],
  ] as const
  const told = (of: (sums: (typeof groups)[number][1]) => Moved | null) =>
    groups.some(([, sums]) => (of(sums)?.delta ?? null) !== null)
  const [year, target] = [told(sums => sums.lastYear), told(sums => sums.target)]
  const bases = [
    { head: 'on week', of: [chart.week.before, null, null, null] },
    ...(year ? [{ head: 'on last year', of: groups.map(([, sums]) => sums.lastYear) }] : []),
    ...(target ? [{ head: 'on target', of: groups.map(([, sums]) => sums.target) }] : []),
  ]
  return {
    kind: 'table',
    compact: true,
    caption: `${label}: last week, month, quarter and year to date`,
    columns: [{ head: titled ? label : '' }, ...groups.map(([head]) => ({ head }))],
    rows: [
      [
        { text: 'Actual' },
        ...groups.map(([, sums]): Cell => ({ text: show(sums.value, measure, 'card'), strong: true })),
      ],
      ...bases.map(({ head, of }): Cell[] => [
        { text: head },
        ...of.map(moved => (moved ? movedCell(moved, measure) : { text: '' })),
      ]),
    ],
  }
}

/** Several figures in a table: six weeks with quarter and year to date, or twelve months. */
function periodCard(content: Content, block: DeckBlock, charts: readonly Charted[]): Card {
  const weekly = block.kind === 'weeks'
  const points = (chart: Charted) => (weekly ? shownWeeks(chart) : chart.months)
  const year = charts.some(chart =>
    [chart.week, chart.quarter, chart.year].some(sums => sums.lastYear.delta !== null),
  )
  const title = block.title || (weekly ? 'Six weeks' : 'Twelve months')
  const [first] = charts
  return {
    title,
    note: block.owner?.name,
    blocks: [
      {
        kind: 'table',
        caption: title,
        columns: [
          { head: '' },
          ...(first ? points(first).map(point => ({ head: point.label })) : []),
          ...(weekly ? [{ head: 'on week', apart: true }] : []),
          ...(weekly && year ? [{ head: 'on year' }] : []),
          { head: 'Quarter', apart: true },
          ...(year ? [{ head: 'on year' }] : []),
          { head: 'Year', apart: true },
          ...(year ? [{ head: 'on year' }] : []),
        ],
        rows: charts.map(chart => {
          const measure = measureOf(content, chart.metric)
          return [
            { text: labelOf(content, chart.metric) },
            ...points(chart).map((point): Cell => ({ text: brief(point.value, measure) })),
            ...(weekly ? [movedCell(chart.week.before, measure)] : []),
            ...(weekly && year ? [movedCell(chart.week.lastYear, measure)] : []),
            { text: brief(chart.quarter.value, measure), strong: true },
            ...(year ? [movedCell(chart.quarter.lastYear, measure)] : []),
            { text: brief(chart.year.value, measure), strong: true },
            ...(year ? [movedCell(chart.year.lastYear, measure)] : []),
          ]
        }),
      },
    ],
  }
}
