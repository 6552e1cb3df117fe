import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '#features/client.ts'
import { daysFrom, firstOf } from '#kernel/days-from.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { comparisonLabels, type comparisonName } from '#kernel/view.ts'
import css from './shell.module.css'

/** What figures can be compared with; budgets that came in as files are looked up when the list is opened. */
export function Comparisons(props: {
  named: ReadonlySet<string>
  whole: boolean
  called: (comparison: string) => ReturnType<typeof comparisonName>
  compare: readonly string[]
  known: { firstDay: string; lastDay: string } | null
  onChange: (compare: string[]) => void
}) {
  const { named, compare, known } = props
  const [day, setDay] = useState('')
  const from = firstOf(daysFrom(day)) && daysFrom(day)
  const budgets = useQuery(
    api.plan.importedBudgets.queryOptions({
      input: {},
      enabled: props.whole,
      retry: false,
      staleTime: 300_000,
    }),
  )
  const targets = new Set([
    ...named,
    ...(budgets.data ?? []).filter(one => one.metrics.length > 0).map(one => one.name),
  ])
  return (
    <div className={css.pick} style={{ maxWidth: 320 }}>
      {[
        ...Object.keys(comparisonLabels),
        ...compare.filter(one => firstOf(one) !== null),
        ...[...targets].map(planComparison),
      ].map(name => {
        const words = props.called(name)
        return (
          <label key={name} className={css.check}>
            <input
              type="checkbox"
              checked={compare.includes(name)}
              disabled={!compare.includes(name) && compare.length >= 6}
              onChange={event =>
                props.onChange(
                  event.target.checked ? [...compare, name] : compare.filter(one => one !== name),
                )
              }
            />
            <span>{words.label}</span>
            <small>{words.about}</small>
          </label>
        )
      })}
      <form
        className={css.chosenDay}
        onSubmit={event => {
          event.preventDefault()
          if (from && !compare.includes(from)) props.onChange([...compare, from])
          setDay('')
        }}
      >
        <label htmlFor="compare-from">Days from</label>
        <input
          id="compare-from"
          type="date"
          value={day}
          min={known?.firstDay}
          max={known?.lastDay}
          onChange={event => setDay(event.target.value)}
        />
        <button type="submit" disabled={from === null || compare.length >= 6}>
          Compare
        </button>
      </form>
    </div>
  )
}
