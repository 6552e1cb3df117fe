import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { WayIn } from '#features/WayIn.tsx'
import { spanWords } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import { Actions } from './Actions.tsx'
import { AsPdf } from './AsPdf.tsx'
import { Coming, Stale } from './Coming.tsx'
import { FigureTable } from './FigureTable.tsx'
import { Landings, Levers } from './MondayParts.tsx'
import { MarketingTab, ProductsTab, ServiceTab, StockTab, WhereTab, WhyTab } from './MondayTabs.tsx'
import { mondayWords } from './model.ts'
import css from './reviews.module.css'
import { Subscribe } from './Subscribe.tsx'

const question = 'How did we trade last week, and what do we do this week?'

/** The Monday trading pack: the headline with what was agreed and what comes, and six tabs of evidence; on paper each its own page. */
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
  const aimed = pack.target !== null
  const since = (grain: 'month' | 'quarter') => pack.landings.find(one => one.grain === grain)?.from
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
        actions={<AsPdf of={{ which: 'monday', week: pack.week.to }} />}
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
            {...{ definitions, currency }}
            days={{ from: pack.week.from, to: pack.week.to }}
            rows={pack.headline.map(one => ({
              metric: one.metric,
              value: one.value,
              moved: [...(aimed ? [one.target] : []), one.before, one.lastYear],
              toDate: [
                {
                  value: one.month,
                  from: since('month'),
                  moved: [...(aimed ? [one.monthTarget] : []), one.monthLastYear],
                },
                {
                  value: one.quarter,
                  from: since('quarter'),
                  moved: [...(aimed ? [one.quarterTarget] : []), one.quarterLastYear],
                },
              ],
            }))}
          />
        </Card>
        <div className={css.blocks}>
          <div data-whole="screen">
            <Landings landings={pack.landings} currency={currency} />
          </div>
          <div className={css.stack}>
            <div>
              <Levers levers={pack.levers} currency={currency} />
            </div>
            <div data-aside>
              <Coming title="This week and the three after" events={pack.events} />
            </div>
            <div data-flows>
              <Actions
                deck="weekly"
                week={pack.week.to}
                actions={pack.actions}
                closed={false}
                title="Last week’s actions"
              />
            </div>
          </div>
        </div>
        <UrlTabs
          printed
          tabs={[
            { name: 'why', label: 'Why it moved', show: () => <WhyTab pack={pack} /> },
            { name: 'where', label: 'Where it moved', show: () => <WhereTab pack={pack} /> },
            { name: 'products', label: 'Products', show: () => <ProductsTab pack={pack} /> },
            { name: 'stock', label: 'Stock', show: () => <StockTab pack={pack} /> },
            { name: 'marketing', label: 'Marketing', show: () => <MarketingTab pack={pack} /> },
            { name: 'service', label: 'Site and service', show: () => <ServiceTab pack={pack} /> },
          ]}
        />
      </Page>
    </div>
  )
}
