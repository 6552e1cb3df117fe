import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import { spanWords } from '#kernel/view.ts'
import type { Query } from '#metrics/query.ts'
import { sayOf, useLens } from '../Lens.tsx'
import { NewAndReturning } from '../NewAndReturning.tsx'
import css from '../performance.module.css'
import { Accounts } from './Accounts.tsx'
import { Cohorts } from './Cohorts.tsx'
import { Groups } from './Groups.tsx'
import { Intervals } from './Intervals.tsx'
import { headline, numberOf } from './model.ts'
import { Tiles } from './Tiles.tsx'
import { TradingPage } from './TradingPage.tsx'

const people = [
  'customers',
  'new_customers',
  'returning_order_share',
  'orders_per_customer',
  'sales_per_customer',
  'ncac',
]
const accounts = ['active_accounts', 'accounts_due', 'reorder_rate', 'account_penetration', 'dso']

/** Who buys, whether they come back, and whether what they cost comes back; then the accounts of the trade. */
export function Customers() {
  const lens = useLens()
  const query: Query = lens.ask({
    metrics: [...people, ...accounts],
    compare: lens.comparisons as Query['compare'],
  })
  const asked = useQuery(
    api.performance.query.queryOptions({ input: query, enabled: lens.ready && !lens.empty }),
  )
  const answer = asked.data
  const traded = answer && (numberOf(answer.totals, 'active_accounts') ?? 0) > 0
  return (
    <TradingPage
      lens={lens}
      question="Who buys, and do they come back?"
      title={
        answer
          ? headline(answer, 'customers', sayOf(answer), lens.known?.firstDay) ||
            `Customers ${spanWords(answer.meta.from, answer.meta.to)}`
          : ''
      }
      answer={answer}
      error={asked.error}
      onRetry={() => asked.refetch()}
      empty={
        lens.empty || (answer && !numberOf(answer.totals, 'customers'))
          ? {
              title: 'No customers are known for this period',
              words:
                'Connect a shop, or bring in a file of orders that names the customer of each: this screen then tells new customers from returning ones, follows each month’s newcomers, and says when they have paid back what they cost.',
            }
          : null
      }
    >
      {answer && (
        <>
          <Tiles lens={lens} answer={answer} metrics={people} />
          <NewAndReturning lens={lens} />
          <Groups lens={lens} />
          <Intervals lens={lens} />
          <Cohorts lens={lens} />
          {traded && (
            <>
              <Tiles lens={lens} answer={answer} metrics={accounts} label="Accounts" />
              {answer.meta.missing.dso && (
                <p className={css.aside}>Days sales outstanding: {answer.meta.missing.dso}.</p>
              )}
              <Accounts lens={lens} />
            </>
          )}
        </>
      )}
    </TradingPage>
  )
}
