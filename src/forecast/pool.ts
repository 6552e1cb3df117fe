import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Failure, type FailureCode } from '#kernel/error.ts'
import type { Forecast, ForecastOptions } from './forecast.ts'
import type { Series } from './series.ts'

export interface Question {
  id: number
  series: Series
  options: ForecastOptions
}

export type Answer =
  | { id: number; forecast: Forecast }
  | { id: number; failure: { code: FailureCode; message: string; next: string | undefined } }

/** Threads that forecast, so that requests are answered meanwhile. */
export interface ForecastPool {
  /** One forecast, in its turn. Rejects with the Failure that `forecast` would have thrown. */
  forecast(series: Series, options: ForecastOptions): Promise<Forecast>
  /** Ends the threads; what is still waiting is rejected. */
  close(): Promise<void>
}

interface Waiting {
  question: Question
  resolve(forecast: Forecast): void
  reject(failure: Failure): void
}

/** Opens a pool of `size` threads (as many as there are cores when absent), each started when it is first needed. */
export function openForecastPool(size = availableParallelism()): ForecastPool {
  const queue: Waiting[] = []
  const busy = new Map<Worker, Waiting>()
  const idle: Worker[] = []
  let closed = false
  let last = 0

  const start = (): Worker => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    worker.on('message', (answer: Answer) => {
      const waiting = busy.get(worker)
      busy.delete(worker)
      idle.push(worker)
      // A thread with nothing to do keeps no process alive.
      worker.unref()
      if ('forecast' in answer) waiting?.resolve(answer.forecast)
      else {
        const { code, message, next } = answer.failure
        waiting?.reject(new Failure(code, message, next === undefined ? {} : { next }))
      }
      next()
    })
    const gone = (cause: unknown) => {
      const waiting = busy.get(worker)
      busy.delete(worker)
      const place = idle.indexOf(worker)
      if (place >= 0) idle.splice(place, 1)
      waiting?.reject(new Failure('internal', 'a forecasting thread ended unexpectedly', { cause }))
      if (!closed) next()
    }
    worker.on('error', gone)
    worker.on('exit', gone)
    return worker
  }

  const next = () => {
    while (queue.length > 0) {
      const worker = idle.pop() ?? (busy.size < size ? start() : undefined)
      if (worker === undefined) return
      const waiting = queue.shift() as Waiting
      busy.set(worker, waiting)
      worker.ref()
      worker.postMessage(waiting.question)
    }
  }

  return {
    forecast: (series, options) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Failure('unavailable', 'the forecasting threads are closed'))
        last++
        queue.push({ question: { id: last, series, options }, resolve, reject })
        next()
      }),
    close: async () => {
      closed = true
      for (const { reject } of queue.splice(0))
        reject(new Failure('unavailable', 'the forecasting threads are closed'))
      await Promise.all([...idle, ...busy.keys()].map(worker => worker.terminate()))
    },
  }
}
