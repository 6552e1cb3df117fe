import { expect, it } from 'vitest'
import { forecast } from './forecast.ts'
import { openForecastPool } from './pool.ts'
import { shop } from './test-data/made.ts'

it('threads give what the function gives, and its failures, and end', async () => {
  const pool = openForecastPool(2)
  const series = Array.from({ length: 5 }, (_, seed) => ({ values: shop(seed, 60), cadence: 'day' as const }))
  const made = await Promise.all(series.map(one => pool.forecast(one, { horizon: 7 })))
  expect(made[3]?.points).toEqual(forecast(series[3] as (typeof series)[0], { horizon: 7 }).points)
  await expect(pool.forecast({ values: [], cadence: 'day' }, { horizon: 7 })).rejects.toMatchObject({
    code: 'invalid',
    message: 'nothing is known of this series',
  })
  await pool.close()
  await expect(pool.forecast({ values: [1], cadence: 'day' }, { horizon: 1 })).rejects.toMatchObject({
    code: 'unavailable',
  })
})
