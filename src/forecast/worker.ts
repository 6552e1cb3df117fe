import { parentPort } from 'node:worker_threads'
import { Failure } from '#kernel/error.ts'
import { forecast } from './forecast.ts'
import type { Answer, Question } from './pool.ts'

/** A thread of the pool: one question at a time. What is thrown crosses as data, for classes do not cross threads. */
parentPort?.on('message', ({ id, series, options }: Question) => {
  let answer: Answer
  try {
    answer = { id, forecast: forecast(series, options) }
  } catch (cause) {
    answer =
      cause instanceof Failure
        ? { id, failure: { code: cause.code, message: cause.message, next: cause.next } }
        : { id, failure: { code: 'internal', message: String(cause), next: undefined } }
  }
  parentPort?.postMessage(answer)
})
