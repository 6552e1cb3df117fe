import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { AgreementBadge } from '#features/Agreement.tsx'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { openPeriod } from '#kernel/period-words.ts'
import { spanWords, whenWords } from '#kernel/view.ts'
import type { Query } from '#metrics/query.ts'
import { Delta, Figure } from '#ui/Figure.tsx'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { Grid, Page } from '#ui/Page.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { useFirstThings } from './attention/FirstThings.tsx'
import { NeedsAttention } from './attention/NeedsAttention.tsx'
import { WaitsForYou } from './attention/WaitsForYou.tsx'
import { RowsBehind } from './Behind.tsx'
import { Breakdown } from './Breakdown.tsx'
import { BridgeCard } from './BridgeCard.tsx'
import { Filters } from './Filters.tsx'
import { baseOf, type Lens, measureOf, sayOf, useLens } from './Lens.tsx'
import { Movers } from './Movers.tsx'
import {
  against,
  cell,
  courseOf,
  drivers,
  firstKnown,
  grainFor,
  headline,
  shownTiles,
  tileMetrics,
  withTier,
} from './model.ts'
import { NewAndReturning } from './NewAndReturning.tsx'
import { Notices } from './Notices.tsx'
import css from './performance.module.css'
import { Trend } from './Trend.tsx'
import { WhenInTheWeek } from './WhenInTheWeek.tsx'

const question = 'Are we making the number, and why?'

/** The first screen: the answer in a sentence, seven figures, their course, and where the change comes from. */
export function Cockpit() {
  const lens = useLens()
  const tiles = tileMetrics(lens.metrics)
  const chosen = lens.search.metric
  const metric = chosen && lens.metrics.some(one => one.name === chosen) ? chosen : (tiles[0] ?? 'net_sales')
  const grain = lens.days ? grainFor(lens.days.from, lens.days.to) : 'day'
  const asking = tiles.includes(metric) ? tiles : [...tiles, metric]
  // Are we making the number: what the year is held against stands beside what one compares with.
  const compare = [...lens.comparisons, ...(lens.aim ? [lens.aim] : [])] as Query['compare']
  const query: Query = lens.ask({ metrics: asking, grain, compare })
  const asked = useQuery(
    api.performance.query.queryOptions({
      input: query,
      enabled: lens.ready && !lens.empty && asking.length > 0,
    }),
  )
  const answer = asked.data
  const tiers = lens.tiers.map(tier => tier.name)
  // After the headline: what orders cost takes longer to add up.
  const left = useQuery(
    api.performance.query.queryOptions({
      input: lens.ask({ metrics: tiers, grain, compare }),
      enabled: answer !== undefined && lens.rated && tiers.length > 0,
    }),
  )
  const costed = left.isPlaceholderData ? undefined : left.data
  const costing = costed ?? (lens.rated && !left.isError ? 'coming' : undefined)
  const landing = useLanding(lens, 'net_sales', answer !== undefined)
  // What is left after costs comes after it.
  const leaves = useLanding(
    lens,
    'contribution',
    landing !== null && answer !== undefined && !!lens.tiers.length,
  )
  // What stands above the charts and comes after them would move them under the reader's hand.
  const first = useFirstThings()

  if (lens.error)
    return (
      <Page question={question} title="The figures cannot be shown">
        <ErrorState title="The figures could not be read" {...words(lens.error)} onRetry={lens.retry} />
      </Page>
    )
  if (lens.empty)
    return (
      <Page question={question} title="Nothing to show yet">
        <EmptyState
          title="Your sales will be here"
          action={
            <May atLeast="contributor">
              <Button component="a" href="/import" variant="filled">
                Import a file
              </Button>
            </May>
          }
        >
          Net sales, orders, customers and where they come from, compared with last year. An export of your
          orders is enough to begin; it takes a minute.
        </EmptyState>
      </Page>
    )

  const sentence = answer ? headline(answer, metric, sayOf(answer), lens.known?.firstDay) : ''
  const fair = lens.fair(answer)
  const why = answer && fair[0] ? drivers(answer, fair[0], sayOf(answer)) : ''
  const nothing = answer && answer.meta.rowsBehind === 0
  const periods = answer?.rows.map(row => row.period ?? '') ?? []
  const open = answer ? openPeriod(periods, answer.meta, lens.rule) : null
  // What a period brought so far is no end of a course.
  const whole = (values: readonly (number | null)[]) => values.filter((_, n) => n !== open)
  const dimension = (...names: string[]) => firstKnown(lens.dimensions, ...names)
  const places = [
    { name: dimension('country', 'market'), title: 'Where' },
    { name: dimension('channel'), title: 'Channel' },
    { name: dimension('product', 'sku', 'category'), title: 'What' },
    { name: dimension('customer', 'account'), title: 'Who' },
  ].flatMap(({ name, title }) => (name ? [{ name, title }] : []))
  const rows = lens.search.rows ? { query, metric: lens.search.rows } : null

  return (
    <Page
      question={question}
      title={
        !answer && asked.isError
          ? 'The figures cannot be shown'
          : !answer
            ? 'Reading the figures…'
            : nothing
              ? `No sales in ${spanWords(answer.meta.from, answer.meta.to)}`
              : sentence || lens.label(metric)
      }
      note={
        !answer ? (
          !asked.isError && <Skeleton lines={4} />
        ) : (
          <div className={css.facts}>
            {landing !== '' && (
              <p className={css.lands} data-aimed={lens.aim ? true : undefined}>
                {/* Its line is kept for it: what stands below must not move when it comes. */}
                {landing === null ? (
                  '\u00a0'
                ) : (
                  <a href="/plan" className={css.landing}>
                    <Sentence of={landing} />
                  </a>
                )}
              </p>
            )}
            {leaves !== '' && lens.tiers.length > 0 && (
              <p className={css.lands} data-aimed={lens.aim ? true : undefined}>
                {leaves === null ? (
                  '\u00a0'
                ) : (
                  <span className={css.landing}>
                    <Sentence of={leaves} />
                  </span>
                )}
              </p>
            )}
            {why && <p>{why}</p>}
            {lens.asked.anchor && (
              <span>
                The data end on {spanWords(lens.asked.anchor, lens.asked.anchor)}; periods are counted back
                from there.
              </span>
            )}
            {answer.meta.to === answer.meta.today && answer.meta.until === undefined && fair.length > 0 && (
              <span>
                {spanWords(answer.meta.today, answer.meta.today)} is still in progress: it counts so far, the
                day it is compared with as a whole.
              </span>
            )}
            <span>
              Rests on {answer.meta.rowsBehind.toLocaleString('en-GB')} ledger rows
              {answer.meta.asOf && `, loaded ${loaded(answer.meta.asOf)}`}
            </span>
            <AgreementBadge stores={answer.meta.stores} />
            <Notices of={answer.meta} />
          </div>
        )
      }
      actions={<Button onClick={() => lens.setUrl({ rows: metric })}>Rows behind</Button>}
    >
      {/* With the sentences above it, which would move it away under the reader’s hand. */}
      {(answer || asked.isError) && <Filters lens={lens} />}
      {asked.isError ? (
        <ErrorState
          title="The figures could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : nothing ? (
        <EmptyState
          kind="no_match"
          title={
            lens.filters.length
              ? 'Nothing matches these filters in this period'
              : 'Nothing was sold in this period'
          }
          action={
            <Button
              variant="filled"
              onClick={() => lens.setUrl(lens.filters.length ? { where: undefined } : { period: undefined })}
            >
              {lens.filters.length ? 'Clear the filters' : 'Show the latest month with sales'}
            </Button>
          }
        >
          {lens.known && `Sales are known ${whenWords(lens.known.firstDay, lens.known.lastDay)}.`}
        </EmptyState>
      ) : (
        <>
          {!answer ? (
            <Skeleton height={150} />
          ) : (
            <TileRow label="Headline figures">
              {withTier(shownTiles(answer, asking, metric), costing, tiers, metric).map(name => {
                const of = name in answer.meta.definitions ? answer : costed
                if (!of)
                  return (
                    <StatTile
                      key={name}
                      label={lens.label(name)}
                      value={<span title="Costs are being added up">…</span>}
                    />
                  )
                const measure = measureOf(of, name)
                const definition = of.meta.definitions[name]
                return (
                  <StatTile
                    key={name}
                    name={`Show ${lens.label(name)} below`}
                    selected={name === metric}
                    onSelect={() => lens.setUrl({ metric: name === tiles[0] ? undefined : name })}
                    label={
                      definition ? (
                        <Hint about={<MeaningCard of={definition} />}>{definition.label}</Hint>
                      ) : (
                        lens.label(name)
                      )
                    }
                    value={<Figure value={cell(of.totals, name)} measure={measure} place="card" />}
                    deltas={fair
                      .slice(0, 3)
                      // A plan says nothing of many figures.
                      .filter(
                        one => one !== lens.aim || (against(of.totals, one, name)?.value ?? null) !== null,
                      )
                      .map(comparison => (
                        <Delta
                          key={comparison}
                          against={against(of.totals, comparison, name)}
                          measure={measure}
                          {...baseOf(answer, comparison)}
                          // Its name stands in the sentence and at the line: a tile has no room for it.
                          {...(comparison === lens.aim && { base: 'vs target' })}
                        />
                      ))}
                    spark={whole(courseOf(of, name).actual)}
                  />
                )
              })}
            </TileRow>
          )}
          {answer && first.settled ? (
            <>
              <NeedsAttention first={first} />
              <WaitsForYou waiting={first.waiting} />
              <Trend
                lens={lens}
                metric={metric}
                answer={answer}
                query={query}
                stale={asked.isPlaceholderData}
              />
              <BridgeCard lens={lens} metric={metric} fair={fair} />
              <Grid columns={places.length === 3 ? 3 : 2}>
                {places.map(({ name, title }) => (
                  <Breakdown key={name} lens={lens} metric={metric} dimension={name} title={title} />
                ))}
              </Grid>
              <Grid columns="2+1">
                <Movers
                  lens={lens}
                  metric={metric}
                  dimensions={['product', 'country', 'customer', 'channel'].filter(name => dimension(name))}
                />
                <NewAndReturning lens={lens} />
              </Grid>
              {/* A day of hours, and what returns take below nothing, needs the whole width. */}
              <WhenInTheWeek lens={lens} metric={metric} />
            </>
          ) : (
            <Skeleton height={360} />
          )}
        </>
      )}
      <RowsBehind
        request={rows}
        title={`Rows behind ${lens.label(lens.search.rows ?? metric)}`}
        onClose={() => lens.setUrl({ rows: undefined })}
      />
    </Page>
  )
}

/**
 * Where the month ends, in a sentence; of the whole company, and where the days shown are the latest; '' where nothing says
 * it, null while that is asked. Never waited for.
 */
function useLanding(lens: Lens, of: 'net_sales' | 'contribution', shown: boolean): string | null {
  const { view, filters, days, known } = lens
  const latest = days !== null && known !== null && days.to >= known.lastDay
  const told = latest && view.stores.length === 0 && filters.length === 0
  const asked = useQuery(
    api.reviews.landing.queryOptions({
      input: { of },
      enabled: shown && told,
      retry: false,
      staleTime: 300_000,
    }),
  )
  if (!told) return ''
  if (asked.isPending) return null
  return [asked.data?.words, asked.data?.soFar].filter(Boolean).join(' ')
}

const loaded = (asOf: string) =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(asOf))
