import type { Client } from '#features/operations.ts'
import type { Actor } from '#kernel/actor.ts'
import type { Made } from './demo.ts'

const made = (id: string, name: string, role: Actor['role']): Actor => ({
  kind: 'person',
  id: `demo-${id}`,
  name: `${name} (made up)`,
  role,
  stores: 'all',
})
/** Who asks, and who consents: nobody approves their own request. */
const planner = made('planner', 'Nora Finch', 'lead')
const director = made('director', 'Ellis Grant', 'director')

/** Days of history from which last year is a year to plan by. */
const enough = 500

/**
 * Gives the company a budget of its year that is approved, so that figures stand beside a target: begun from last year, or from
 * the run-rate of a short history, by the same doors as everyone. Where there is any version already, nothing is done.
 * @param clientFor operations as called by somebody
 */
export async function plan(clientFor: (actor: Actor) => Client, { days, until }: Made): Promise<void> {
  const [asks, consents] = [clientFor(planner), clientFor(director)]
  if ((await asks.plan.versions()).length > 0) return
  const year = until.slice(0, 4)
  const version = `Budget-${year}`
  await asks.plan.start({
    id: version,
    name: `Budget ${year}, demo`,
    kind: 'budget',
    currency: 'GBP',
    from: `${year}-01-01`,
    to: `${year}-12-31`,
    grain: 'month',
    begin: { with: days >= enough ? 'last_year' : 'run_rate', trade: 'b2c', growth: '0.04' },
  })
  await asks.plan.submit({ version, comment: 'Made up for the demo.' })
  await consents.plan.approve({ version, comment: 'Made up for the demo.' })
}
