import { Worker } from 'node:worker_threads'
import type { Day } from '#kernel/day.ts'
import type { Found } from './find.ts'
import type { Search } from './find-days.ts'

export type { Search } from './find-days.ts'

export interface Reply {
  found: Map<Day, Found[]>
}

/**
 * Judges in a thread of its own, so that requests are answered meanwhile. The series are copied into it, which takes
 * milliseconds; what comes back are the few findings of each day.
 * @throws what the thread threw, or an Error where it ended without an answer.
 */
export function findApart(search: Search): Promise<Map<Day, Found[]>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./find-thread.ts', import.meta.url), { workerData: search })
    worker.once('message', ({ found }: Reply) => resolve(found))
    worker.once('error', reject)
    worker.once('exit', code => reject(new Error(`the thread that looks at the figures ended with ${code}`)))
  })
}
