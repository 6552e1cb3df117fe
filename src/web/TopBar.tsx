import {
  IconArrowsDiff,
  IconBuildingStore,
  IconCalendar,
  IconChevronDown,
  IconCoin,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api } from '#features/client.ts'
import type { CalendarRule } from '#kernel/period.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import {
  askedDays,
  askedPeriod,
  comparisonName,
  comparisonsFor,
  knownOf,
  readView,
  spanWords,
  windowFrom,
  windowLabels,
  windowToday,
  writeView,
} from '#kernel/view.ts'
import { edges } from '#ui/edges.ts'
import { later } from '#ui/Later.tsx'
import { Popup } from '#ui/Popup.tsx'
import { Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from './shell.module.css'

const Comparisons = later(
  () => import('./Comparisons.tsx').then(module => module.Comparisons),
  <Skeleton lines={8} />,
)
const Range = later(
  () => import('./PeriodRange.tsx').then(module => module.PeriodRange),
  <Skeleton height={260} />,
)

export interface TopBarProps {
  /** Undefined while they are not known. */
  stores: readonly { store: string; name: string; currency: string }[] | undefined
  targets: readonly { name: string; metric: string }[]
  /** What approved plans are called, by their handles. */
  plans: Readonly<Record<string, string>>
  calendar: CalendarRule | undefined
  ready: boolean
  /** Whoever looks sees all stores: the others are refused the plans. */
  whole: boolean
  /** Days are the screen's own: store and currency alone are chosen. */
  storesOnly: boolean
}

/** Period, comparison, store and currency: here, in the URL, and nowhere else. */
export function TopBar({
  stores: listed,
  targets,
  plans: names,
  calendar,
  ready,
  whole,
  storesOnly,
}: TopBarProps) {
  const stores = listed ?? []
  const [search, setUrl] = useUrl()
  const view = readView(search)
  const plans = useQuery(
    api.plan.versions.queryOptions({ input: {}, enabled: whole, retry: false, staleTime: 300_000 }),
  )
  const named = new Set([
    ...targets.map(target => target.name),
    ...(plans.data ?? [])
      .filter(plan => plan.state === 'approved' || plan.state === 'locked')
      .map(plan => plan.id),
  ])
  const span = useQuery(
    api.performance.query.queryOptions({
      input: knownOf(view),
      enabled: ready,
    }),
  )
  const lastDay = span.data?.meta.lastDay
  const known = lastDay && span.data ? { firstDay: span.data.meta.from, lastDay } : null
  const today = span.data?.meta.today ?? new Date().toISOString().slice(0, 10)
  const asked = askedPeriod(view.period, known, today, calendar)
  const days = askedDays(asked, today, calendar)
  const compare = comparisonsFor(view, known, days)
  const currencies = [...new Set(['GBP', 'EUR', 'USD', ...stores.map(one => one.currency)])].sort()
  // Who has one store, or sees one, has nothing to choose among.
  const only = stores.length === 1 ? stores[0] : undefined
  const own = [...new Set(stores.map(one => one.currency))]
  const currency = view.currency ?? (own.length === 1 ? own[0] : null)
  const called = (name: string) => comparisonName(name, { label: names[planIn(name) ?? ''] })
  const label =
    view.period && 'window' in view.period ? (windowLabels[view.period.window] ?? view.period.window) : null

  return (
    <fieldset ref={edges} className={css.controls} style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className="sr-only">Period, comparison, store and currency</legend>
      {!storesOnly && (
        <>
          <Picker
            icon={<IconCalendar size={14} stroke={1.7} aria-hidden="true" />}
            name="Period"
            label={
              <>
                {label ?? (days ? spanWords(days.from, days.to) : 'Latest')}
                {label && days && <em>{spanWords(days.from, days.to)}</em>}
              </>
            }
          >
            {close => (
              <div className={css.twoColumns}>
                <div className={css.pick}>
                  {asked.anchor && (
                    <p className={css.hint}>
                      Counted back from {spanWords(asked.anchor, asked.anchor)}, the last day with data.
                    </p>
                  )}
                  {Object.entries(windowLabels).map(([name, text]) => {
                    const those = asked.anchor
                      ? windowFrom(name, asked.anchor, calendar)
                      : windowToday(name, today, calendar)
                    return (
                      <button
                        key={name}
                        type="button"
                        className={css.option}
                        aria-pressed={!!view.period && 'window' in view.period && view.period.window === name}
                        onClick={() => {
                          setUrl(writeView({ period: { window: name } }))
                          close()
                        }}
                      >
                        {text}
                        <small>
                          {those
                            ? spanWords(those.from, those.to)
                            : known && spanWords(known.firstDay, known.lastDay)}
                        </small>
                      </button>
                    )
                  })}
                </div>
                <Range
                  from={days?.from ?? null}
                  to={days?.to ?? null}
                  max={known?.lastDay}
                  min={known?.firstDay}
                  onPick={(from, to) => {
                    setUrl(writeView({ period: { from, to } }))
                    close()
                  }}
                />
              </div>
            )}
          </Picker>
          <Picker
            icon={<IconArrowsDiff size={14} stroke={1.7} aria-hidden="true" />}
            name="Comparison"
            label={
              compare.length === 0 ? (
                'No comparison'
              ) : (
                <>
                  {called(compare[0] ?? '').short}
                  {compare[1] && <em>· {called(compare[1]).short.replace(/^vs /, '')}</em>}
                  {compare.length > 2 && <em>+{compare.length - 2}</em>}
                </>
              )
            }
          >
            {() => (
              <Comparisons
                named={named}
                whole={whole}
                called={called}
                compare={compare}
                known={known}
                onChange={next => setUrl(writeView({ compare: next }))}
              />
            )}
          </Picker>
        </>
      )}
      {/* Its place is kept for it: the next one must not move when the stores come. */}
      {only && view.stores.every(one => one === only.store) ? (
        <span className={css.pill} data-fixed>
          <IconBuildingStore size={14} stroke={1.7} aria-hidden="true" />
          <span className="sr-only">Store: </span>
          {only.name}
        </span>
      ) : (
        (stores.length > 0 || listed === undefined) && (
          <Picker
            icon={<IconBuildingStore size={14} stroke={1.7} aria-hidden="true" />}
            name="Store"
            label={
              view.stores.length === 0
                ? 'All stores'
                : view.stores.length === 1
                  ? (stores.find(one => one.store === view.stores[0])?.name ?? view.stores[0])
                  : `${view.stores.length} stores`
            }
          >
            {() => (
              <div className={css.pick}>
                {listed === undefined && <Skeleton lines={3} />}
                {stores.map(one => {
                  const chosen = view.stores.includes(one.store)
                  return (
                    <label key={one.store} className={css.check}>
                      <input
                        type="checkbox"
                        checked={chosen || view.stores.length === 0}
                        onChange={() => {
                          const all = view.stores.length === 0
                          const next = all
                            ? [one.store]
                            : chosen
                              ? view.stores.filter(name => name !== one.store)
                              : [...view.stores, one.store]
                          setUrl(writeView({ stores: next.length === stores.length ? [] : next }))
                        }}
                      />
                      <span>{one.name}</span>
                      <small>{one.currency}</small>
                    </label>
                  )
                })}
              </div>
            )}
          </Picker>
        )
      )}
      <Picker
        icon={<IconCoin size={14} stroke={1.7} aria-hidden="true" />}
        name="Currency"
        label={currency ?? (only ? 'Store’s own' : 'Stores’ own')}
      >
        {close => (
          <div className={css.pick}>
            {[null, ...currencies].map(one => (
              <button
                key={one ?? 'own'}
                type="button"
                className={css.option}
                aria-pressed={view.currency === one}
                onClick={() => {
                  setUrl(writeView({ currency: one }))
                  close()
                }}
              >
                {one ?? (only ? 'The store’s own' : 'The stores’ own')}
              </button>
            ))}
            <p className={css.hint}>Converted at the rate of each day.</p>
          </div>
        )}
      </Picker>
    </fieldset>
  )
}

function Picker(props: {
  icon: ReactNode
  name: string
  label: ReactNode
  children: (close: () => void) => ReactNode
}) {
  const [opened, setOpened] = useState(false)
  return (
    <Popup
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      trapFocus
      padding={6}
      button={opener => (
        <button type="button" className={css.pill} {...opener}>
          {props.icon}
          <span className="sr-only">{props.name}: </span>
          {props.label}
          <IconChevronDown size={12} stroke={1.8} aria-hidden="true" />
        </button>
      )}
    >
      {opened && props.children(() => setOpened(false))}
    </Popup>
  )
}
