import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AutoETS, initSync as initEts } from '@bsull/augurs/ets'
import { initSync as initMstl, MSTL } from '@bsull/augurs/mstl'
import { median } from '../numbers.ts'
import type { Model } from './members.ts'

let ready = false

/** The numerics are WebAssembly beside their JavaScript; read once for each thread. */
function open(): void {
  if (ready) return
  const module = (name: string) =>
    readFileSync(fileURLToPath(import.meta.resolve(`@bsull/augurs/${name}`)).replace(/\.js$/, '_bg.wasm'))
  initEts({ module: module('ets') })
  initMstl({ module: module('mstl') })
  ready = true
}

/** Runs a fit; what a library cannot fit is not a model for this series. */
function attempt(predict: () => readonly number[]): Float64Array | null {
  try {
    open()
    const points = Float64Array.from(predict())
    return points.every(Number.isFinite) ? points : null
  } catch {
    return null
  }
}

/** Models of a kept library, to be asked for by name. They are slower than ours by an order, and their seasons are fixed. */
export const libraryModels = {
  /** Automatic exponential smoothing (error, trend; the seasons are taken off before). */
  ets: ({ adjusted, season }, horizon) => {
    // The search assumes values of ordinary size.
    const unit = Math.abs(median(adjusted)) || 1
    const points = attempt(() => {
      using model = new AutoETS(1, 'ZZN')
      model.fit(adjusted.map(value => value / unit))
      return model.predict(horizon).point.map(value => value * unit)
    })
    return points && season(points)
  },
  /** Seasonal and trend decomposition by loess over several periods, its trend by exponential smoothing. */
  mstl: ({ logged, periods, unlog }, horizon) => {
    const whole = [...new Set(periods.map(Math.round))].filter(period => period > 1)
    if (whole.length === 0) return null
    const points = attempt(() => {
      using model = MSTL.ets(whole)
      model.fit(logged)
      return model.predict(horizon).point
    })
    return points && unlog(points)
  },
} satisfies Record<string, Model>
