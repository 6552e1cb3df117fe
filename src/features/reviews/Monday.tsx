import { Button } from '@mantine/core'
import { IconPrinter } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { WayIn } from '#features/WayIn.tsx'
import { spanWords } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { Grid, Page } from '#ui/Page.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { Actions } from './Actions.tsx'
import { Coming, Stale } from './Coming.tsx'
import { FigureTable } from './FigureTable.tsx'
import { Heat, Landings, Levers, StockCards } from './MondayParts.tsx'
import { mondayWords } from './model.ts'
import css from './reviews.module.css'
import { Subscribe } from './Subscribe.tsx'

const question = 'How did we trade last week, and what do we do this week?'
const titles = { best: 'Best 20 products', worst: 'Lost most on the week before' } as const

/** The Monday trading pack: headline, landing, why, levers, where, stock, products, marketing, service, actions, the weeks to come. */
export function Monday() {
  const [search] = useUrl()
  const asked = useQuery(api.reviews.monday.queryOptions({ input: search.week ? { week: search.week } : {} }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const pack = asked.data
  if (asked.error)
    return (
      <Page question={question} title="There is no pack to show">
        {(asked.error as { status?: number }).status === 404 ? (
          <EmptyState title="Your Monday pack will be here" action={<WayIn />}>
            {words(asked.error).message} {words(asked.error).next}
          </EmptyState>
        ) : (
          <ErrorState
            title="The week could not be read"
            {...words(asked.error)}
            onRetry={() => asked.refetch()}
          />
        )}
      </Page>
    )
  if (!pack)
    return (
      <Page question={question} title="Reading the week…">
        <Skeleton height={320} />
      </Page>
    )
  const { definitions, currency } = pack
  const days = { from: pack.week.from, to: pack.week.to }
  const table = { definitions, currency, days }
  const aimed = pack.target !== null
  return (
    <div className={css.paper}>
      <Page
        question={question}
        title={mondayWords(pack)}
        note={
          <>
            {spanWords(pack.week.from, pack.week.to)}
            {pack.target && ` · target: ${settings.data?.plans[pack.target] ?? pack.target}`}
            {'\u2003'}
            <Subscribe kind="monday" />
          </>
        }
        actions={
          <Button leftSection={<IconPrinter size={15} />} onClick={() => window.print()}>
            Print or PDF
          </Button>
        }
      >
        <Stale trust={pack.trust} />
        <Card title="Headline" note={pack.week.label} flush>
          <FigureTable
            caption="Headline figures of the week"
            value="Week"
            columns={[
              ...(aimed ? ['on target'] : []),
              'on week before',
              'on last year',
              'Month',
              ...(aimed ? ['on target'] : []).map(one => `${one}, month`),
              'on last year, month',
              'Quarter',
              ...(aimed ? ['on target'] : []).map(one => `${one}, quarter`),
              'on last year, quarter',
            ]}
            {...table}
            rows={pack.headline.map(one => ({
              metric: one.metric,
              value: one.value,
              moved: [...(aimed ? [one.target] : []), one.before, one.lastYear],
              toDate: [
                { value: one.month, moved: [...(aimed ? [one.monthTarget] : []), one.monthLastYear] },
                { value: one.quarter, moved: [...(aimed ? [one.quarterTarget] : []), one.quarterLastYear] },
              ],
            }))}
          />
        </Card>
        <Landings landings={pack.landings} currency={currency} />
        <Grid columns={2}>
          <Card title="Why net sales moved">
            {pack.bridges.length === 0 ? (
              <p className={css.quiet}>There is nothing to compare the week with yet.</p>
            ) : (
              <ul className={css.exceptions}>
                {pack.bridges.map(one => (
                  <li key={one.against}>
                    <p className={css.quiet}>Against {one.against}</p>
                    <p>
                      <Sentence of={one.sentence} links={one.parts} />
                    </p>
                  </li>
                ))}
              </ul>
            )}
          </Card>
          <div className={css.stack}>
            <Levers levers={pack.levers} currency={currency} />
            <Coming title="This week and the three after" events={pack.events} />
          </div>
        </Grid>
        <Actions
          deck="weekly"
          week={pack.week.to}
          actions={pack.actions}
          closed={false}
          title="Last week’s actions"
        />
        <div className={css.blocks}>
          {pack.heats.map(heat => (
            <div key={heat.label} data-whole={heat.columns.length > 3 || undefined}>
              <Heat heat={heat} definitions={definitions} currency={currency} />
            </div>
          ))}
          {pack.grids.map(grid => (
            <Card key={grid.dimension} title={grid.label} flush>
              <FigureTable
                caption={grid.label}
                value="Week"
                columns={['on week before', 'on last year']}
                {...table}
                rows={grid.rows.map(row => ({
                  metric: grid.metric,
                  name: row.name,
                  slice: [{ dimension: grid.dimension, is: [row.of] }],
                  value: row.value,
                  moved: [row.before, row.lastYear],
                }))}
              />
            </Card>
          ))}
          {pack.tabs.map(tab => (
            <Card key={tab.id} title={tab.name} flush>
              <FigureTable
                caption={tab.name}
                value="Week"
                columns={['on week before', 'on last year', ...(aimed ? ['on target'] : [])]}
                {...table}
                rows={tab.figures.map(one => ({
                  metric: one.metric,
                  value: one.value,
                  moved: [one.before, one.lastYear, ...(aimed ? [one.target] : [])],
                }))}
              />
            </Card>
          ))}
          {pack.campaigns.length > 0 && (
            <div data-whole>
              <Card title="Campaigns sent" flush>
                <FigureTable
                  caption="Campaigns sent in the week"
                  value="Sent"
                  columns={['Click rate', 'Unsubscribed', 'Revenue per recipient']}
                  {...table}
                  rows={pack.campaigns.map(one => ({
                    metric: 'messages_sent',
                    name: one.name,
                    slice: [{ dimension: 'message', is: [one.name] }],
                    value: one.sent,
                    moved: [],
                    more: [
                      { metric: 'click_rate', value: one.clicks },
                      { metric: 'unsubscribe_rate', value: one.goodbyes },
                      { metric: 'campaign_revenue_per_recipient', value: one.revenue },
                    ],
                  }))}
                />
              </Card>
            </div>
          )}
          {pack.stock && <StockCards stock={pack.stock} currency={currency} />}
          {pack.products
            .filter(one => one.rows.length > 0)
            .map(({ list, rows }) => (
              <div key={list} data-whole>
                <Card title={titles[list]} flush>
                  <FigureTable
                    caption={titles[list]}
                    value="Net sales"
                    columns={[
                      'on week before',
                      'on last year',
                      'Units',
                      'Margin',
                      ...(pack.contribution ? [pack.contribution.label] : []),
                      'Weeks of cover',
                      'Price',
                    ]}
                    {...table}
                    rows={rows.map(row => ({
                      metric: 'net_sales',
                      name: row.name,
                      slice: [{ dimension: 'product', is: [row.of] }],
                      value: row.value,
                      moved: [row.before, row.lastYear],
                      more: [
                        { metric: 'units_sold', value: row.units },
                        { metric: 'gross_margin', value: row.margin },
                        ...(pack.contribution
                          ? [{ metric: pack.contribution.metric, value: row.contribution }]
                          : []),
                        { metric: 'weeks_of_cover', value: row.cover },
                        { metric: 'asp', value: row.price },
                      ],
                    }))}
                  />
                </Card>
              </div>
            ))}
        </div>
        {pack.missing.length > 0 && (
          <Card title="What this pack cannot tell">
            <ul className={css.untold}>
              {pack.missing.map(words => (
                <li key={words}>{words}</li>
              ))}
            </ul>
          </Card>
        )}
      </Page>
    </div>
  )
}
