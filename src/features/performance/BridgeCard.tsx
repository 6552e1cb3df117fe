import { Button, SegmentedControl } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { chartSubject } from '#kernel/discussion.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import { type Measure, showSigned, type Unit } from '#kernel/format.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import { valueName } from '#kernel/value-names.ts'
import { comparisonName, isBefore, spanWords } from '#kernel/view.ts'
import type { Bridge, BridgeQuery } from '#metrics/bridge/shape.ts'
import { BarList } from '#ui/BarList.tsx'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { MenuButton } from '#ui/MenuButton.tsx'
import { show } from '#ui/number.ts'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { columnsOf, type WaterfallProps, waterfall } from '#ui/waterfall.ts'
import css from './bridge.module.css'
import { discussing } from './Discuss.tsx'
import { type Lens, useTitles } from './Lens.tsx'
import { named, partName } from './model.ts'

const figures = [
  'net_sales',
  'gross_sales',
  'orders',
  'gross_profit',
  'won_amount',
  'contribution_before_media',
]

/** What the chain of drivers can be asked to begin with. */
const chains = ['traffic', 'orders', 'accounts'] as const satisfies readonly BridgeQuery['drivers'][]

/** How each driver's own figure is read. */
const units: Readonly<Record<string, Unit>> = {
  traffic: 'count',
  orders: 'count',
  accounts: 'count',
  conversion: 'share',
  returns: 'share',
  margin: 'share',
  fulfilment_cost: 'share',
  payment_fees: 'share',
  return_handling_cost: 'share',
  media_cost: 'share',
  active: 'share',
  active_accounts: 'count',
  deals: 'count',
  win_rate: 'share',
  deal_value: 'money',
  aov: 'money',
}

/** Why the figure changed: its drivers as a bridge, what stands behind the chosen one, and the causes that explain most. */
export function BridgeCard({ lens, metric, fair }: { lens: Lens; metric: string; fair: readonly string[] }) {
  const tiers = lens.tiers.map(tier => tier.name)
  // The one chosen for it stays while the tiles tell of others.
  const chosen = lens.metrics.find(one => one.name === lens.search.why)?.name
  const figure = chosen ?? [...figures, ...tiers].find(name => name === metric) ?? 'net_sales'
  const comparison =
    fair.find(name => name === lens.search.bridge) ??
    fair.find(name => name.startsWith('last_year')) ??
    fair[0]
  const chain = chains.find(name => name === lens.search.chain)
  const { metrics: _, ...view } = lens.ask({ metrics: [figure] })
  const asked = useQuery(
    api.performance.bridge.queryOptions({
      input: {
        ...view,
        metric: figure,
        compare: (comparison ?? '') as BridgeQuery['compare'],
        ...(chain && { drivers: chain }),
      },
      enabled: lens.ready && comparison !== undefined,
    }),
  )
  const found = asked.data
  const measure: Measure = {
    unit: found?.unit ?? 'money',
    good: 'up',
    currency: found?.currency ?? null,
  }
  const props = useMemo(() => found && waterfallOf(found), [found])
  const drawing = useMemo(() => props && waterfall(props), [props])
  const columns = props ? columnsOf(props) : []
  const driver = found?.drivers.find(one => one.name === lens.search.driver) ?? largest(found)
  const mixed = driver?.segments.some(one => Number(one.mix) !== 0)
  const titles = useTitles(
    lens,
    'product',
    [...(found?.causes ?? []), ...(found?.drivers ?? []).flatMap(one => one.segments)].flatMap(one =>
      one.where.flatMap(w => (w.dimension === 'product' ? [w.value] : [])),
    ),
  )
  if (!comparison) return null
  // Accounts are of business customers alone, where consumers buy as well.
  const filters = [...lens.filters, ...(found?.narrowed ?? [])]
  const signed = (amount: string | null) => showSigned(amount, measure, 'table')
  /** Where the rows of a part are. */
  const rowsOf = (of: string | null, where: Bridge['causes'][number]['where'] = [], by?: string | null) =>
    exploreLink({
      metric: of ?? figure,
      ...{ from: found?.from ?? '', to: found?.to ?? '', compare: comparison, where, by },
      ...{ filters, stores: lens.view.stores, currency: lens.view.currency },
    })
  // One bar is talked about by itself; what stands behind it opens in the explorer, and is talked about there.
  const about = (part: string) => found && chartSubject(bridgeId(found, part), found, filters)
  const empty = found && found.drivers.length === 0
  return (
    <ChartCard
      id="bridge"
      name={`Why ${lens.label(figure).toLowerCase()} changed`}
      title="Why it changed"
      note={`${lens.label(figure).toLowerCase()}${found?.narrowed.length ? ' of business customers' : ''} ${lens.compared(comparison).short}`}
      stale={asked.isPlaceholderData}
      actions={
        fair.length > 1 && (
          <SegmentedControl
            aria-label="Changed against"
            value={comparison}
            onChange={name => lens.setUrl({ bridge: name }, { replace: true })}
            data={fair.slice(0, 3).map(name => ({ value: name, label: lens.compared(name).short }))}
          />
        )
      }
      sheet={found && !empty ? sheetOf(found, lens.stores) : null}
      drawing={drawing}
      more={[
        {
          label: 'Open in the explorer',
          onClick: () =>
            lens.setUrl({ metrics: figure, grain: undefined, by: undefined }, { to: '/explore' }),
        },
        discussing(lens, about('')),
        ...(driver && !empty
          ? [discussing(lens, about(driver.label), `Discuss ${midSentence(driver.label)}`)]
          : []),
      ]}
    >
      {found && (
        <div className={css.chosen}>
          <MenuButton
            button={opener => (
              <Button
                aria-label={`Figure that is explained: ${lens.label(figure)}`}
                rightSection={<IconChevronDown size={14} stroke={1.7} />}
                {...opener}
              >
                {lens.label(figure)}
              </Button>
            )}
            position="bottom-start"
            entries={found.figures.map(({ name, label }) => ({
              label,
              onClick: () => lens.setUrl({ why: name, driver: undefined }, { replace: true }),
            }))}
          />
          {found.chains.length > 1 && (
            <SegmentedControl
              aria-label="Begin with"
              value={found.chain}
              onChange={chain => lens.setUrl({ chain, driver: undefined }, { replace: true })}
              data={found.chains.map(({ name, label }) => ({ value: name, label }))}
            />
          )}
        </div>
      )}
      {asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !found || !props || !drawing ? (
        <Skeleton height={420} />
      ) : empty ? (
        <EmptyState compact title="Nothing to compare with">
          {found.warnings.at(-1)?.message ?? ''} Choose another period or comparison above.
        </EmptyState>
      ) : (
        <div className={css.bridge}>
          <p className={css.sentence}>
            <Sentence
              of={titled(found.sentence, titles)}
              links={found.drivers.flatMap(({ behind }) =>
                behind
                  ? [{ words: titled(behind.words, titles), href: rowsOf(behind.measure, behind.where) }]
                  : [],
              )}
            />
          </p>
          <Chart
            drawing={drawing}
            height={228}
            points={columns.length}
            label={found.sentence}
            describe={index => `${columns[index]?.name}: ${props.text(index)}`}
            onPick={index => {
              const step = columns[index]?.step
              const name = step == null ? undefined : found.drivers[step]?.name
              if (name) lens.setUrl({ driver: name }, { replace: true })
            }}
          />
          <div className={css.why}>
            {driver && (
              <div>
                <h3>
                  Behind <a href={rowsOf(driver.measure, [], driver.by)}>{midSentence(driver.label)}</a>{' '}
                  {signed(driver.amount)}
                  {driver.by && `, by ${lens.label(driver.by).toLowerCase()}`}
                </h3>
                {driver.segments.length === 0 ? (
                  <p className={css.quiet}>It moved everywhere alike, or cannot be split further.</p>
                ) : (
                  <BarList
                    label={`Behind ${driver.label}`}
                    bars={driver.segments.map(one => ({
                      key: one.where[0]?.value ?? '',
                      name: partName(one.where[0], titles, lens.stores),
                      size: Number(one.amount),
                      value: signed(one.amount),
                      href: rowsOf(driver.name === 'traffic' ? 'sessions' : figure, one.where),
                      ...(mixed && {
                        delta: (
                          <span className={css.quiet}>
                            {Number(one.mix) === 0 ? '' : `${showSigned(one.mix, measure, 'axis')} mix`}
                          </span>
                        ),
                      }),
                    }))}
                  />
                )}
                {driver.steps.length > 0 && (
                  <dl className={css.steps}>
                    {driver.steps.map(step => (
                      <div key={step.label}>
                        <dt>
                          <a href={rowsOf(step.measure)}>{step.label}</a>
                        </dt>
                        <dd>{signed(step.amount)}</dd>
                      </div>
                    ))}
                  </dl>
                )}
              </div>
            )}
            <div>
              <h3>What explains most</h3>
              {found.causes.length === 0 ? (
                <p className={css.quiet}>No slice stands out: it moved as a whole.</p>
              ) : (
                <ol className={css.causes}>
                  {found.causes.map(cause => (
                    <li key={`${cause.words}`}>
                      <a href={rowsOf(explored(cause.measure, figure), cause.where)}>
                        <Sentence of={titled(cause.words, titles)} />
                      </a>
                    </li>
                  ))}
                </ol>
              )}
              {found.illusions.slice(0, 2).map(one => (
                <p key={one.words} className={css.quiet}>
                  {one.words}
                </p>
              ))}
            </div>
          </div>
        </div>
      )}
    </ChartCard>
  )
}

const midSentence = (label: string) => (label === 'AOV' ? label : label.toLowerCase())

/** What a conversation about a bridge, or one bar of it, is kept under: words, for it is told by them. */
const bridgeId = ({ label, comparison }: Bridge, part: string) =>
  [
    part ? `${part} in why ${midSentence(label)} changed` : `why ${midSentence(label)} changed`,
    comparisonName(comparison.name, comparison).short,
  ]
    .join(' ')
    .replaceAll(':', ' ')
    .replaceAll(' ', '-')

const largest = (found: Bridge | undefined) =>
  found?.drivers.toSorted((a, b) => Math.abs(Number(b.amount)) - Math.abs(Number(a.amount)))[0]

const explored = (measure: string, figure: string) =>
  ['sessions', 'conversion_rate'].includes(measure) ? measure : figure

/** Product codes as titles, where they are known. */
const titled = (text: string, titles: ReadonlyMap<string, string>) =>
  [...titles].reduce(
    (said, [code, title]) => said.replaceAll(`product ${code}`, title).replaceAll(code, title),
    text,
  )

function waterfallOf(found: Bridge): WaterfallProps {
  const measure = { unit: found.unit, currency: found.currency }
  const { short } = comparisonName(found.comparison.name, found.comparison)
  const base = short.replace(/^vs /, '').replace(/^./, first => first.toUpperCase())
  const props: WaterfallProps = {
    before: {
      name: base,
      value: Number(found.totals.before),
      look:
        planIn(found.comparison.name) !== null
          ? 'target'
          : isBefore(found.comparison.name)
            ? 'previous'
            : 'lastYear',
    },
    after: { name: 'Actual', value: Number(found.totals.after) },
    steps: found.drivers.map(one => ({
      name: one.label,
      value: Number(one.amount),
      bad: Number(one.amount) < 0,
    })),
    change: 'Change',
    axis: value => show(String(value), measure, 'axis'),
    text: index => {
      const column = columnsOf(props)[index]
      if (!column) return ''
      return column.step !== null || column.name === props.change
        ? showSigned(String(column.to - column.from), measure, 'axis')
        : show(String(column.to), measure, 'axis')
    },
    tip: index => {
      const column = columnsOf(props)[index]
      const driver = column?.step == null ? undefined : found.drivers[column.step]
      if (!driver) return { title: column?.name ?? '', rows: [[found.label, props.text(index)]] }
      const own = { unit: units[driver.name] ?? 'quantity', currency: found.currency }
      return {
        title: `${driver.label} ${showSigned(driver.amount, measure, 'table')}`,
        rows: [
          [
            driver.figure,
            show(driver.after, own, 'tooltip'),
            `${base}: ${show(driver.before, own, 'tooltip')}`,
          ],
          ...driver.steps.map((step): [string, string] => [
            step.label,
            showSigned(step.amount, measure, 'table'),
          ]),
        ],
      }
    },
  }
  return props
}

/** The bridge as rows: drivers with their steps and segments, then the causes. */
function sheetOf(found: Bridge, stores: Readonly<Record<string, string>>) {
  const row = (
    part: string,
    of: string,
    amount: string | null,
    more: Partial<Record<string, string | null>> = {},
  ) => ({
    part,
    of,
    amount,
    before: null,
    after: null,
    rate: null,
    mix: null,
    ...more,
  })
  const where = (those: Bridge['causes'][number]['where']) =>
    those.map(w => named(valueName(w.dimension, w.value, stores))).join(' · ')
  return {
    name: `${found.metric}-bridge`,
    columns: [
      { key: 'part', label: 'Part' },
      { key: 'of', label: 'Of' },
      { key: 'amount', label: found.label, numeric: true },
      { key: 'before', label: 'Its figure before', numeric: true },
      { key: 'after', label: 'Its figure now', numeric: true },
      { key: 'rate', label: 'By its own rate', numeric: true },
      { key: 'mix', label: 'By mix', numeric: true },
    ],
    rows: [
      row(found.comparison.label, '', found.totals.before),
      ...found.drivers.flatMap(one => [
        row(one.label, 'Change', one.amount, { before: one.before, after: one.after }),
        ...one.steps.map(step =>
          row(step.label, one.label, step.amount, { before: step.before, after: step.after }),
        ),
        ...one.segments.map(s => row(where(s.where), one.label, s.amount, { rate: s.rate, mix: s.mix })),
      ]),
      row('Actual', '', found.totals.after),
      ...found.causes.map(one =>
        row(one.words, 'What explains most', one.amount, { before: one.before, after: one.after }),
      ),
    ],
    notes: [
      spanWords(found.from, found.to),
      ...(found.currency ? [found.currency] : []),
      ...(found.comparison.from
        ? [`${found.comparison.label}: ${spanWords(found.comparison.from, found.comparison.to)}`]
        : []),
      found.sentence,
    ],
  }
}
