import { capital } from '#kernel/capital.ts'
import { chanceWords, percent, placeOf, show, showDay, showSigned } from '#kernel/format.ts'
import { change } from '#kernel/trend.ts'
import { spanWords } from '#kernel/view.ts'
import { landingWords, mondayWords } from '../model.ts'
import type { Monday } from '../pack-shape.ts'
import type { Card, Paper, Row, Section } from './paper.ts'
import { stockRows } from './stock-rows.ts'
import {
  actionsCard,
  aside,
  currencyWords,
  eventsCard,
  figureTable,
  type Ground,
  meanings,
  measureOf,
  money,
  one,
  quiet,
  storesWords,
  targetWords,
  trustWords,
} from './words.ts'

const lists = {
  categories: 'Categories',
  best: 'Best 20 products',
  worst: 'Lost most on the week before',
} as const

/** The Monday trading pack as a document: a page that says how the week was and what is to be done, then its six parts. */
export function mondayPaper(pack: Monday, ground: Ground): Paper {
  return {
    name: `monday-pack-${pack.week.to}`,
    kind: 'Monday trading pack',
    headline: mondayWords(pack),
    facts: [
      [
        spanWords(pack.week.from, pack.week.to),
        storesWords(ground),
        ...targetWords(pack.target, ground),
        ...currencyWords(pack.currency),
      ].join(' · '),
    ],
    warnings: [pack.trust.stale, pack.trust.coming].filter(words => words !== null),
    trust: trustWords(pack.trust, ground),
    landscape: true,
    made: ground.made,
    sections: [
      { title: null, rows: headline(pack) },
      { title: 'Why it moved', fresh: true, rows: why(pack) },
      tab(pack, 'where', 'Where it moved', where(pack), 'Orders with a channel or a country would fill it.'),
      tab(pack, 'products', 'Products', products(pack), 'Orders with their products would fill it.'),
      tab(
        pack,
        'stock',
        'Stock',
        stockRows(pack, figures(pack, 'stock')),
        'A connected shop or a stock file would fill it.',
      ),
      tab(
        pack,
        'marketing',
        'Marketing',
        marketing(pack),
        'An ad platform or an e-mail system would fill it.',
      ),
      tab(
        pack,
        'service',
        'Site and service',
        figures(pack, 'service'),
        'Analytics, orders or a carrier would fill it.',
      ),
      meanings(pack, shownIn(pack), 5),
    ],
  }
}

/** The metrics whose figures stand somewhere in it. */
function shownIn(pack: Monday): string[] {
  const listed = pack.products.some(({ rows }) => rows.length > 0)
  return [
    ...[...pack.headline, ...pack.tabs.flatMap(of => of.figures)].map(of => of.metric),
    ...[...pack.grids, ...pack.heats].map(of => of.metric),
    ...(listed ? ['net_sales', 'units_sold', 'gross_margin', 'weeks_of_cover', 'asp'] : []),
    ...(listed && pack.contribution ? [pack.contribution.metric] : []),
    ...(pack.campaigns.length > 0
      ? ['messages_sent', 'click_rate', 'unsubscribe_rate', 'campaign_revenue_per_recipient']
      : []),
  ]
}

function headline(pack: Monday): Row[] {
  const aimed = pack.target !== null
  return [
    one({
      title: 'Headline',
      note: pack.week.label,
      blocks: [
        {
          ...figureTable(
            pack,
            {
              caption: 'Headline figures of the week',
              value: 'Week',
              columns: [
                ...(aimed ? ['on target'] : []),
                'on week before',
                'on last year',
                'Month',
                ...(aimed ? ['on target, month'] : []),
                'on last year, month',
                'Quarter',
                ...(aimed ? ['on target, quarter'] : []),
                'on last year, quarter',
              ],
              rows: pack.headline.map(of => ({
                metric: of.metric,
                value: of.value,
                moved: [...(aimed ? [of.target] : []), of.before, of.lastYear],
                toDate: [
                  { value: of.month, moved: [...(aimed ? [of.monthTarget] : []), of.monthLastYear] },
                  { value: of.quarter, moved: [...(aimed ? [of.quarterTarget] : []), of.quarterLastYear] },
                ],
              })),
            },
            ['Month', 'Quarter'],
          ),
        },
      ],
    }),
    {
      columns: [[landings(pack)], [levers(pack), eventsCard('This week and the three after', pack.events)]],
      shares: [1.12, 1],
    },
    one(actionsCard('Last week’s actions', pack.actions, { week: pack.week.to, wide: true })),
  ]
}

function landings({ landings, currency }: Monday): Card {
  const said = (value: number | null) => (value === null ? 'N/A' : money(value.toFixed(2), currency))
  const [first] = landings
  const aimed = landings.some(of => of.plan !== null)
  return {
    title: 'Landing of net sales',
    ...(first && { note: `by the days to ${showDay(first.until)}` }),
    blocks: !first
      ? [quiet('There is no landing yet: it needs days with sales to learn from.')]
      : [
          {
            kind: 'table',
            caption: 'Landing of net sales',
            columns: [
              ...['', 'So far', 'P10', 'P50', 'P90'],
              ...(aimed ? ['Target', 'P50 on target', 'Chance', 'Needed a day'] : []),
            ].map(head => ({ head })),
            rows: landings.map(of =>
              [
                ...[of.label, said(of.actual), said(of.p10), said(of.p50), said(of.p90)],
                ...(aimed
                  ? [
                      said(of.plan),
                      of.plan
                        ? showSigned(String(of.p50 / of.plan - 1), { unit: 'share', currency: null })
                        : 'N/A',
                      of.probability === null ? 'N/A' : chanceWords(of.probability),
                      of.requiredPerDay === 0 ? 'Nothing more' : said(of.requiredPerDay),
                    ]
                  : []),
              ].map((text, n) => ({ text, strong: n === 3 })),
            ),
          },
          { kind: 'text', text: landingWords(first, currency) },
          aside(
            `P10 and P90: the landing lies between them in eight of ten cases.${
              first.error === null
                ? ''
                : ` Estimates of earlier months at this stage were off by ${percent(first.error)} on average.`
            }${first.plan === null ? ' There is no target for all days of the period.' : ''}`,
          ),
        ],
  }
}

function levers({ levers, currency }: Monday): Card {
  const place = placeOf(
    levers.map(of => of.perWeek),
    { unit: 'money' },
  )
  return {
    title: 'Top three levers of the week',
    blocks: [
      levers.length === 0
        ? quiet(
            'No lever stands out: open alerts with money, stock-outs and drivers that fell short would stand here.',
          )
        : {
            kind: 'list',
            items: levers.map((of, n) => ({
              lead: `${n + 1}`,
              text: of.words,
              strong: true,
              end: `up to ${money(of.perWeek, currency, place)} a week`,
              more: [{ text: `${of.basis} Answers for it: ${capital(of.owner) || 'nobody yet'}.` }],
            })),
          },
    ],
  }
}

function why({ bridges, currency }: Monday): Row[] {
  if (bridges.length === 0)
    return [
      one({
        title: 'Bridges',
        blocks: [
          quiet(
            'Nothing to compare with yet: once a week before, last year or a target is known, what moved net sales stands here.',
          ),
        ],
      }),
    ]
  const sizes = bridges.flatMap(of => of.drivers.map(({ amount }) => Number(amount)))
  const place = placeOf(sizes.map(String), { unit: 'money' })
  const span = [Math.min(0, ...sizes), Math.max(0, ...sizes)] as const
  return [
    {
      columns: bridges.map(of => [
        {
          title: `Against ${of.against}`,
          blocks: [
            { kind: 'text', text: of.sentence },
            {
              kind: 'bars',
              caption: `What moved net sales against ${of.against}`,
              span,
              bars: of.drivers.map(({ name, amount }) => ({
                name,
                size: Number(amount),
                value: showSigned(amount, { unit: 'money', currency }, place),
              })),
            },
          ],
        },
      ]),
    },
  ]
}

/** A part of the pack, or where it would come from; and what it cannot tell. */
function tab(pack: Monday, id: string, title: string, rows: Row[], empty: string): Section {
  const untold = pack.missing.filter(of => of.tab === id)
  return {
    title,
    rows: [
      ...(rows.length > 0
        ? rows
        : [one({ title: 'Nothing is known of the week here', blocks: [quiet(empty)] })]),
      ...(untold.length > 0
        ? [
            one({
              title: 'What this part cannot tell',
              blocks: [aside(untold.map(({ words }) => words).join(' '))],
            }),
          ]
        : []),
    ],
  }
}

function where(pack: Monday): Row[] {
  const heats = pack.heats.map((heat): Card => {
    const measure = measureOf(pack, heat.metric)
    return {
      title: heat.label,
      note: 'shaded by the change on the week before',
      whole: true,
      blocks: [
        {
          kind: 'heat',
          caption: heat.label,
          columns: heat.columns,
          rows: heat.rows.map(row => ({
            name: row,
            cells: heat.columns.map(column => {
              const cell = heat.cells.find(of => of.row === row && of.column === column)
              if (cell?.value == null) return null
              const said = change(cell.before, measure)
              const { ratio } = cell.before
              const far =
                ratio === null || !said.arrow
                  ? ''
                  : ` ${said.arrow}\u00a0${percent(Math.abs(Number(ratio)), 0).replace(' ', '\u00a0')}`
              return {
                text: `${show(cell.value, measure, 'axis')}${far}`,
                moved: ratio === null ? null : Number(ratio),
              }
            }),
          })),
        },
      ],
    }
  })
  const wide = heats.filter((_, n) => (pack.heats[n]?.columns.length ?? 0) > 4)
  const narrow = heats.filter(of => !wide.includes(of))
  const grids = pack.grids.map(
    (grid): Card => ({
      title: grid.label,
      blocks: [
        figureTable(pack, {
          caption: grid.label,
          value: 'Week',
          columns: ['on week before', 'on last year'],
          rows: grid.rows.map(row => ({
            metric: grid.metric,
            name: row.name,
            value: row.value,
            moved: [row.before, row.lastYear],
          })),
        }),
      ],
    }),
  )
  const [first, ...others] = grids.toReversed()
  const below =
    narrow.length > 0 && first
      ? [[...narrow, first], others.toReversed()].filter(column => column.length > 0)
      : [...narrow, ...grids].map(of => [of])
  return [...wide.map(one), ...(below.length > 0 ? [{ columns: below }] : [])]
}

const products = (pack: Monday): Row[] =>
  pack.products
    .filter(of => of.rows.length > 0)
    .map(({ list, rows }) =>
      one({
        title: lists[list],
        blocks: [
          figureTable(pack, {
            caption: lists[list],
            value: 'Net sales',
            columns: [
              'on week before',
              'on last year',
              'Units',
              'Margin',
              ...(pack.contribution ? [pack.contribution.label] : []),
              'Weeks of cover',
              'Price',
            ],
            rows: rows.map(row => ({
              metric: 'net_sales',
              name: row.name,
              value: row.value,
              moved: [row.before, row.lastYear],
              more: [
                { metric: 'units_sold', value: row.units },
                { metric: 'gross_margin', value: row.margin },
                ...(pack.contribution ? [{ metric: pack.contribution.metric, value: row.contribution }] : []),
                { metric: 'weeks_of_cover', value: row.cover },
                { metric: 'asp', value: row.price },
              ],
            })),
          }),
        ],
      }),
    )

/** The figures of one part of the shop, beside the week before, last year and the target. */
function figures(pack: Monday, id: string): Row[] {
  const of = pack.tabs.find(tab => tab.id === id)
  const aimed = pack.target !== null
  return of
    ? [
        one({
          title: 'Figures of the week',
          blocks: [
            figureTable(pack, {
              caption: `${of.name}: figures of the week`,
              value: 'Week',
              columns: ['on week before', 'on last year', ...(aimed ? ['on target'] : [])],
              rows: of.figures.map(figure => ({
                metric: figure.metric,
                value: figure.value,
                moved: [figure.before, figure.lastYear, ...(aimed ? [figure.target] : [])],
              })),
            }),
          ],
        }),
      ]
    : []
}

const marketing = (pack: Monday): Row[] => [
  ...figures(pack, 'marketing'),
  ...(pack.campaigns.length > 0
    ? [
        one({
          title: 'Campaigns sent',
          blocks: [
            figureTable(pack, {
              caption: 'Campaigns sent in the week',
              value: 'Sent',
              columns: ['Click rate', 'Unsubscribed', 'Revenue per recipient'],
              rows: pack.campaigns.map(of => ({
                metric: 'messages_sent',
                name: of.name,
                value: of.sent,
                moved: [],
                more: [
                  { metric: 'click_rate', value: of.clicks },
                  { metric: 'unsubscribe_rate', value: of.goodbyes },
                  { metric: 'campaign_revenue_per_recipient', value: of.revenue },
                ],
              })),
            }),
          ],
        }),
      ]
    : []),
]
