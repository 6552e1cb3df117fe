import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '#features/client.ts'
import type { Day } from '#kernel/day.ts'
import { percent } from '#kernel/format.ts'
import { spanWords } from '#kernel/view.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { show } from '#ui/number.ts'
import { usePhone } from '#ui/phone.ts'
import { EmptyState } from '#ui/State.tsx'
import { columnsOf, type WaterfallProps, waterfall } from '#ui/waterfall.ts'
import { discuss } from '../Discuss.tsx'
import { type Lens, measureOf, sayOf, useLens } from '../Lens.tsx'
import css from './contribution.module.css'
import { breakEvenIs, cell, daysOver, headline, layers, numberOf, type Tier } from './model.ts'
import { SliceTable } from './SliceTable.tsx'
import { Tiles } from './Tiles.tsx'
import { TradingPage } from './TradingPage.tsx'

const cuts = ['product', 'category', 'order', 'channel', 'country', 'store', 'business'] as const
const costs = ['cost_of_goods', 'fulfilment_cost', 'payment_fees', 'return_handling_cost', 'media_cost']

/**
 * The same up to yesterday where its last days are not over: media is known by whole days alone, and would stand beside part
 * of a day's sales. Where nothing but today was asked for, it stays.
 */
function ofWholeDays(lens: Lens): Lens & { leftOut: Day | null } {
  const whole = daysOver(lens.days, lens.today)
  if (!whole) return { ...lens, leftOut: null }
  return {
    ...lens,
    leftOut: lens.today,
    days: whole,
    ask: query => {
      const { window: _, ...asked } = lens.ask(query)
      return { ...asked, ...whole }
    },
  }
}

/** What is left of sales after each cost, in the company's own tiers, and where least is left. */
export function Contribution() {
  const seen = useLens()
  const lens = useMemo(() => ofWholeDays(seen), [seen])
  const { tiers } = lens
  const names = tiers.map(tier => tier.name)
  const asked = useQuery(
    api.performance.query.queryOptions({
      input: lens.ask({
        metrics: [
          ...names,
          ...names.map(name => `${name}_share`),
          'break_even_roas',
          'contribution_before_media',
          'net_sales_costed',
          'net_sales_uncosted',
          'net_sales',
          ...costs,
        ],
        compare: lens.comparisons as Query['compare'],
      }),
      enabled: lens.ready && !lens.empty && tiers.length > 0,
    }),
  )
  const answer = asked.data
  const told = names.filter(name => answer && cell(answer.totals, name) !== null)
  const deepest = told.at(-1)
  const by = cuts.find(name => name === lens.search.by) ?? 'product'
  const worst = lens.search.order === 'worst'
  const shown = deepest ?? names[0] ?? 'cm1'
  return (
    <TradingPage
      lens={lens}
      question="What is left of each sale, and where is it least?"
      title={
        answer && deepest
          ? headline(answer, deepest, sayOf(answer), lens.known?.firstDay) || lens.label(deepest)
          : ''
      }
      answer={answer}
      error={asked.error}
      onRetry={() => asked.refetch()}
      empty={
        lens.empty || (answer && !deepest)
          ? {
              title: 'What sales cost is not known for this period',
              words:
                'Connect a shop that records unit costs, or bring in a file of products with their cost: this screen then shows what is left after goods, fulfilment, fees, returns and media, by product, order, channel and market.',
            }
          : null
      }
      note={answer && notesOf(answer, lens).map(note => <span key={note}>{note}</span>)}
    >
      {answer && (
        <>
          <Tiles lens={lens} answer={answer} metrics={[...names, 'break_even_roas']} />
          <Layers lens={lens} answer={answer} />
          <SliceTable
            lens={lens}
            id="contribution"
            title={worst ? 'Where least is left' : 'Where most is left'}
            note="costs of an order are shared among its lines, media among all that was sold that day, as their sales are"
            by={by}
            metrics={[
              shown,
              `${shown}_share`,
              ...names.filter(name => name !== shown),
              'net_sales',
              'break_even_roas',
            ]}
            moved={[shown]}
            short={{
              ...Object.fromEntries(names.map((name, n) => [name, `CM${n + 1}`])),
              [`${shown}_share`]: 'of net sales',
              break_even_roas: 'Break-even ROAS',
            }}
            worst={worst}
            filters={by === 'product' || by === 'order' ? [{ metric: 'net_sales', over: 0 }] : []}
            supply="Bring in what products cost."
            actions={
              <>
                <SegmentedControl
                  aria-label="Order of the lines"
                  value={worst ? 'worst' : 'best'}
                  onChange={order =>
                    lens.setUrl({ order: order === 'worst' ? 'worst' : undefined }, { replace: true })
                  }
                  data={[
                    { value: 'best', label: 'Best' },
                    { value: 'worst', label: 'Worst' },
                  ]}
                />
                <SegmentedControl
                  aria-label="Contribution by"
                  value={by}
                  onChange={name =>
                    lens.setUrl({ by: name === 'product' ? undefined : name }, { replace: true })
                  }
                  data={cuts.map(value => ({ value, label: lens.label(value) }))}
                />
              </>
            }
          />
        </>
      )}
    </TradingPage>
  )
}

/** From net sales down, cost by cost; beside it each tier with what it is made of. */
function Layers({ lens, answer }: { lens: Lens; answer: Answer }) {
  const narrow = usePhone()
  const measure = measureOf(answer, 'net_sales')
  const layered = useMemo(() => layers(answer.totals, lens.tiers), [answer, lens.tiers])
  const props = useMemo((): WaterfallProps | null => {
    if (layered.known.length === 0) return null
    const text = (value: number) => show(value.toFixed(4), measure, 'axis')
    const props: WaterfallProps = {
      before: { name: layered.base.label, value: layered.base.value, look: 'previous' },
      after: { name: layered.end.label, value: layered.end.value },
      steps: layered.steps.map(step => ({
        name: step.label,
        value: step.value,
        bad: false,
        ...(step.total && { total: true }),
      })),
      whole: true,
      across: narrow,
      change: '',
      axis: text,
      text: index => {
        const column = columnsOf(props)[index]
        return column
          ? text(column.to - (column.step === null || column.look === 'total' ? 0 : column.from))
          : ''
      },
      tip: index => {
        const column = columnsOf(props)[index]
        const value = column ? column.to - column.from : 0
        return {
          title: column?.name ?? '',
          rows: [
            [
              show(value.toFixed(4), measure, 'tooltip'),
              layered.base.value
                ? `${percent(value / layered.base.value)} of ${layered.base.label.toLowerCase()}`
                : '',
            ],
          ],
        }
      },
    }
    return props
  }, [layered, measure, narrow])
  const drawing = useMemo(() => props && waterfall(props), [props])
  const columns = props ? columnsOf(props) : []
  return (
    <ChartCard
      id="layers"
      name="Contribution, cost by cost"
      title="From net sales down"
      note="the company’s cost waterfall: the same tiers as in its plans"
      stale={false}
      {...(drawing && { drawing })}
      sheet={
        props && {
          name: 'contribution',
          columns: [
            { key: 'name', label: 'Step' },
            { key: 'amount', label: 'Amount', numeric: true },
          ],
          rows: columns.map(column => ({
            name: column.name,
            amount: (column.to - column.from).toFixed(2),
          })),
        }
      }
      more={[
        discuss(lens, 'contribution', lens.days),
        {
          label: 'Change the waterfall and its rates',
          onClick: () => lens.setUrl({ tab: 'costs' }, { to: '/settings' }),
        },
      ]}
    >
      {!props || !drawing ? (
        <EmptyState compact title="No tier is known yet">
          {answer.meta.missing[lens.tiers[0]?.name ?? ''] ?? ''}
        </EmptyState>
      ) : (
        <div className={css.layers}>
          <Chart
            drawing={drawing}
            height={narrow ? 24 + 28 * columns.length : 264}
            along={narrow ? 'y' : 'x'}
            points={columns.length}
            label={`From ${layered.base.label.toLowerCase()} to ${layered.end.label.toLowerCase()}, cost by cost`}
            describe={index => `${columns[index]?.name}: ${props.text(index)}`}
          />
          <dl className={css.tiers} aria-label="Tiers and what they are made of">
            {lens.tiers.map(tier => (
              <TierWords key={tier.name} tier={tier} answer={answer} />
            ))}
            <Sources lens={lens} answer={answer} />
          </dl>
        </div>
      )}
    </ChartCard>
  )
}

function TierWords({ tier, answer }: { tier: Tier; answer: Answer }) {
  const value = cell(answer.totals, tier.name)
  const share = numberOf(answer.totals, `${tier.name}_share`)
  const about = answer.meta.definitions[tier.name]?.description.split('. ')[0]
  return (
    <div>
      <dt>{tier.label}</dt>
      <dd>
        <span className={css.amount}>
          {value === null ? 'N/A' : show(value, measureOf(answer, tier.name), 'card')}
          {share !== null && <span className={css.share}> {percent(share)} of net sales</span>}
        </span>
        <span className={css.words}>= {about}</span>
        {value === null && <span className={css.missing}>{answer.meta.missing[tier.name]}</span>}
      </dd>
    </div>
  )
}

/** What each cost came to and where that is from: the general ledger of closed months, or rates. */
function Sources({ lens, answer }: { lens: Lens; answer: Answer }) {
  const told = Object.entries(answer.meta.sources ?? {}).filter(
    ([name]) => cell(answer.totals, name) !== null,
  )
  return told.map(([name, source]) => (
    <div key={name}>
      <dt>{lens.label(name)}</dt>
      <dd>
        <span className={css.source}>
          {show(cell(answer.totals, name), measureOf(answer, name), 'card')}
          <span className={css.share}> by {source}</span>
        </span>
      </dd>
    </div>
  ))
}

/** What a reader must know of the figures: what they leave out, and what stands in. */
function notesOf(answer: Answer, lens: ReturnType<typeof ofWholeDays>): string[] {
  const without = numberOf(answer.totals, 'net_sales_uncosted')
  const all = numberOf(answer.totals, 'net_sales')
  return [
    ...(lens.leftOut
      ? [
          `${spanWords(lens.leftOut, lens.leftOut)} is left out until it is over: what media cost is known by whole days alone.`,
        ]
      : []),
    ...(without && all && Math.abs(without) >= 0.0005 * Math.abs(all)
      ? [
          `${show(without.toFixed(2), measureOf(answer, 'net_sales'), 'card')} of net sales has no cost recorded: it is in no tier, though what its orders cost is.`,
        ]
      : []),
    breakEvenIs(answer.totals),
    ...(lens.rated ? [] : ['What orders cost is told in Settings, Costs.']),
  ]
}
