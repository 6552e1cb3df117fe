import { parentPort, workerData } from 'node:worker_threads'
import type { Reply, Search } from './find-apart.ts'
import { findAll } from './find-days.ts'

/** The other end of `findApart`: judges every slice on every day, then ends. */
parentPort?.postMessage({ found: findAll(workerData as Search) } satisfies Reply)
