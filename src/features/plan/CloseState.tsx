import type { z } from 'zod'
import { type Agreement, agreementOf, causeWords } from '#kernel/agreement.ts'
import { inSentence, showDay } from '#kernel/format.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import type { ClosedState } from './close-state.ts'
import { useMembers } from './Members.tsx'
import css from './plan.module.css'

type State = z.output<typeof ClosedState>
type Store = State['stores'][number]

const money = (amount: string, currency: string) => show(amount, { unit: 'money', currency }, 'full')
const day = (text: string) => showDay(text, 'card')

/** What the systems know of how a month agrees with its shops: in a sentence, store by store, and the days that differ. */
export function CloseState({ state, of }: { state: State; of: (metric: string) => string }) {
  const { says } = agreementOf(state.stores as readonly Agreement[], { money, day })
  const shops = state.stores.filter(one => one.source !== null)
  const named = useMembers()
  return (
    <>
      <div className={css.known}>
        <p>
          As the systems knew it on {day(state.at.slice(0, 10))}: {inSentence(says)}.
        </p>
        {shops.length > 0 && (
          // Where all agree, nobody reads them one by one.
          <details
            open={state.days.length > 0 || shops.some(one => one.until === null || one.trouble !== null)}
          >
            <summary>Store by store</summary>
            <ul>
              {shops.map(one => (
                <li key={`${one.connection} ${one.store}`}>{lineOf(one, named(one.store))}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {state.days.length > 0 && (
        <DataTable
          caption="Days that differ from the shop’s own totals"
          compact
          maxHeight={260}
          rows={state.days}
          rowKey={row => `${row.store} ${row.day} ${row.metric}`}
          columns={[
            { key: 'day', label: 'Day', pinned: true, render: row => showDay(row.day) },
            { key: 'store', label: 'Store', render: row => named(row.store) },
            { key: 'metric', label: 'Figure', render: row => of(row.metric) },
            {
              key: 'source',
              label: 'The shop counts',
              numeric: true,
              render: row => Number(row.source).toLocaleString('en-GB'),
            },
            {
              key: 'here',
              label: 'Here',
              numeric: true,
              render: row => (row.here === null ? 'nothing' : Number(row.here).toLocaleString('en-GB')),
            },
            { key: 'cause', label: 'Why', render: row => causeWords[row.cause] },
          ]}
        />
      )}
    </>
  )
}

/** "shop: differs from Shopify by £12.40 on 2 days (rounding: 1 day, £0.01); last read 3 Jun; 4 records not understood". */
const lineOf = (one: Store, name: string): string => {
  const days = (n: number) => `${n} ${n === 1 ? 'day' : 'days'}`
  const causes = one.causes.map(
    ({ cause, days: n, difference }) =>
      `${causeWords[cause]}: ${days(n)}, ${money(difference, one.currency)}`,
  )
  const agrees =
    one.until === null
      ? `no totals of ${one.source} for these days`
      : one.days === 0
        ? `agrees with ${one.source} to ${day(one.until)}`
        : `differs from ${one.source} by ${money(one.difference, one.currency)} on ${days(one.days)} (${causes.join('; ')})`
  const rest = [
    one.readAt ? `last read ${day(one.readAt.slice(0, 10))}` : 'never read',
    one.unmapped > 0 && `${one.unmapped} ${one.unmapped === 1 ? 'record' : 'records'} not understood`,
    one.trouble,
  ].filter(Boolean)
  return `${name}: ${[agrees, ...rest].join(' · ')}`
}
