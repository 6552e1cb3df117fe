import { Worker } from 'node:worker_threads'
import { Failure, type FailureCode } from '#kernel/error.ts'
import type { Input } from '#kernel/plan/calculate.ts'
import type { Sheet } from '#kernel/plan/sheet.ts'
import type { Outcome, Simulation } from '#kernel/plan/simulate.ts'

export interface Task {
  sheet: Sheet
  inputs: readonly Input[]
  simulation: Simulation
}

export type Reply =
  | { outcome: Omit<Outcome, 'sorted'>; sorted: Float64Array }
  | { failure: { code: FailureCode; message: string; next?: string } }

/** Simulations at once; others wait for their turn, so that one person's question takes no more than a core. */
let turn: Promise<unknown> = Promise.resolve()

/**
 * Runs a simulation in a thread of its own: nobody else waits for it.
 * @throws Failure('invalid') for what the simulation refuses, 'limited' when it takes more than a minute.
 */
export function simulateApart(task: Task): Promise<Outcome> {
  const mine = turn.then(
    () =>
      new Promise<Outcome>((resolve, reject) => {
        const worker = new Worker(new URL('./simulation-thread.ts', import.meta.url), { workerData: task })
        const late = setTimeout(() => {
          worker.terminate()
          reject(
            new Failure('limited', 'The simulation takes more than a minute.', {
              next: 'Ask for fewer runs, or for one line of fewer slices.',
            }),
          )
        }, 60_000)
        worker.once('message', (reply: Reply) => {
          clearTimeout(late)
          if ('failure' in reply)
            reject(
              new Failure(reply.failure.code, reply.failure.message, {
                ...(reply.failure.next && { next: reply.failure.next }),
              }),
            )
          else resolve({ ...reply.outcome, sorted: reply.sorted })
        })
        worker.once('error', error => {
          clearTimeout(late)
          reject(error)
        })
      }),
  )
  turn = mine.catch(() => undefined)
  return mine
}
