import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { WayIn } from '#features/WayIn.tsx'
import { earlier } from '#kernel/day.ts'
import { civilYear } from '#kernel/period.ts'
import { askedDays, askedPeriod, comparisonsFor, knownOf, readView, spanWords } from '#kernel/view.ts'
import { Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import { AgainstPlan, useAgainst } from './AgainstPlan.tsx'
import { Closes } from './Closes.tsx'
import { DriverBridge } from './DriverBridge.tsx'
import { type Period, sliceIn } from './model.ts'
import { SalesBridge } from './SalesBridge.tsx'
import { SliceBar } from './SliceBar.tsx'

const question = 'Where are we off, and why?'

/** Actuals against plan, last year and forecast; what moved them; and the months that are closed. */
export function Variance() {
  const [search] = useUrl()
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  const whole = me.data?.stores === 'all'
  const view = readView(search)
  const data = useQuery(api.performance.query.queryOptions({ input: knownOf(view) }))
  const lastDay = data.data?.meta.lastDay
  const failed = data.error ?? settings.error ?? me.error
  if (failed)
    return (
      <Page question={question} title="The variance cannot be shown">
        <ErrorState
          title="What happened could not be read"
          {...words(failed)}
          onRetry={() => (data.error ? data : settings.error ? settings : me).refetch()}
        />
      </Page>
    )
  if (!data.data || !settings.data || !me.data) return <Reading />
  if (!lastDay)
    return (
      <Page question={question} title="Nothing has happened yet">
        <EmptyState title="Actuals will stand against the plan here" action={<WayIn />}>
          Connect a shop or import its orders; each figure then shows how far it is off, and why.
        </EmptyState>
      </Page>
    )
  const today = new Date().toISOString().slice(0, 10)
  const rule = settings.data.calendar ?? civilYear
  const known = { firstDay: data.data.meta.from, lastDay }
  const asked = askedPeriod(view.period, known, today, rule)
  const days = askedDays(asked, today, rule) ?? { from: lastDay, to: lastDay }
  const period: Period = {
    from: days.from,
    to: earlier(days.to, lastDay),
    compare: comparisonsFor(view, known, days),
    stores: [...view.stores],
    // Plans are in the company's money; who is refused them reads the stores' own, as on every other screen.
    currency: view.currency ?? (whole ? settings.data.currency : null) ?? data.data.meta.currency ?? 'GBP',
    slice: sliceIn(search.slice),
  }
  const coming = data.data.meta.warnings.find(one => one.code === 'coming')?.message
  return <Told period={period} lastDay={lastDay} whole={whole} coming={coming} />
}

function Told(props: { period: Period; lastDay: string; whole: boolean; coming: string | undefined }) {
  const { period, lastDay, whole, coming } = props
  const against = useAgainst(period)
  if (against.waiting) return <Reading />
  const days = `${spanWords(period.from, period.to)}, in ${period.currency}`
  return (
    <Page
      question={question}
      title={against.answer ?? `Variance, ${days}`}
      note={[against.answer && days, coming].filter(Boolean).join(' · ')}
    >
      <SliceBar slice={period.slice} />
      <UrlTabs
        tabs={[
          {
            name: 'plan',
            label: 'Against the plan',
            show: () => <AgainstPlan period={period} of={against} />,
          },
          ...(whole
            ? [
                {
                  name: 'drivers',
                  label: 'Drivers of the plan',
                  show: () => <DriverBridge slice={period.slice} />,
                },
              ]
            : []),
          { name: 'sales', label: 'Price, volume, mix', show: () => <SalesBridge period={period} /> },
          // Months are closed for the whole company.
          ...(whole
            ? [{ name: 'close', label: 'Month close', show: () => <Closes lastDay={lastDay} /> }]
            : []),
        ]}
      />
    </Page>
  )
}

const Reading = () => (
  <Page question={question} title="Reading what happened…">
    <Skeleton height={320} />
  </Page>
)
