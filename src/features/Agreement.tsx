import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import { type Agreement, agreementOf, causeWords } from '#kernel/agreement.ts'
import { showDay } from '#kernel/format.ts'
import { Hint } from '#ui/Hint.tsx'
import { show } from '#ui/number.ts'
import css from './agreement.module.css'

const money = (amount: string, currency: string) => show(amount, { unit: 'money', currency }, 'full')
const day = (text: string) => showDay(text, 'card')

/**
 * Stands quietly beside figures of stores: whether they agree with what the shops count themselves, and why not. Asked
 * for once for the whole house and after the figures, which it never holds up. `stores`: those of the figures; empty: all.
 */
export function AgreementBadge({ stores }: { stores: readonly string[] }) {
  const asked = useQuery(
    api.connections.agreement.queryOptions({ staleTime: 300_000, refetchOnWindowFocus: false, retry: false }),
  )
  if (!asked.data) return null
  const known = asked.data.filter(one => stores.length === 0 || stores.includes(one.store))
  // A store without a shop system is not checked, and says so.
  const rest = stores.filter(store => !known.some(one => one.store === store))
  const all: Agreement[] = [...known, ...rest.map(unchecked)]
  if (all.length === 0) return null
  const { state, says } = agreementOf(all, { money, day })
  return (
    <span className={css.badge} data-state={state}>
      <Hint about={<Explained all={all} />}>{says}</Hint>
    </span>
  )
}

const unchecked = (store: string): Agreement => ({
  store,
  source: null,
  connection: null,
  currency: '',
  until: null,
  days: 0,
  difference: '0',
  causes: [],
})

function Explained({ all }: { all: readonly Agreement[] }) {
  return (
    <div className={css.inside}>
      {all.map(one => (
        <div key={`${one.connection} ${one.store}`}>
          <p>
            <span className={css.store}>{one.store}</span> {lineOf(one)}
          </p>
          {one.causes.length > 0 && (
            <ul>
              {one.causes.map(({ cause, days, difference }) => (
                <li key={cause}>
                  {causeWords[cause]}: {days} {days === 1 ? 'day' : 'days'}, {money(difference, one.currency)}
                </li>
              ))}
            </ul>
          )}
          {one.connection && one.days > 0 && (
            <a href={`/connections?open=${encodeURIComponent(one.connection)}`}>See it day by day</a>
          )}
        </div>
      ))}
    </div>
  )
}

const lineOf = ({ source, until, days, difference, currency }: Agreement): string => {
  if (source === null) return 'has no connected shop to check against.'
  if (until === null) return `has no totals of ${source} yet.`
  if (days === 0) return `agrees with ${source} to ${day(until)}.`
  return `differs from ${source} by ${money(difference, currency)} on ${days} ${days === 1 ? 'day' : 'days'}.`
}
