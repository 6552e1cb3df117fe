import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'

export type FirstThings = ReturnType<typeof useFirstThings>

/**
 * What stands first on the cockpit: what needs somebody, and what waits for the reader. `settled`: both came, or failed once.
 * Asked in one place: who asks again for what failed begins it anew.
 */
export function useFirstThings() {
  const alerts = useQuery(api.performance.alerts.queryOptions({ input: { limit: 5 } }))
  const waiting = useQuery(api.reviews.waiting.queryOptions({ input: {}, retry: false }))
  return {
    alerts: alerts.data,
    waiting,
    error: alerts.error,
    retry: () => {
      alerts.refetch()
      waiting.refetch()
    },
    settled: [alerts, waiting].every(one => !one.isPending || one.failureCount > 0),
  }
}
