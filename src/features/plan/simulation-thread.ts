import { parentPort, workerData } from 'node:worker_threads'
import { Failure } from '#kernel/error.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { simulate } from '#kernel/plan/simulate.ts'
import type { Reply, Task } from './simulation.ts'

/** The other end of `simulateApart`: works the plan out and draws from it, then ends. */
const run = ({ sheet, inputs, simulation }: Task): Reply => {
  try {
    const { sorted, ...outcome } = simulate(calculate(sheet, inputs), simulation)
    return { outcome, sorted }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { failure: { code: error.code, message: error.message, ...(error.next && { next: error.next }) } }
  }
}

parentPort?.postMessage(run(workerData as Task))
