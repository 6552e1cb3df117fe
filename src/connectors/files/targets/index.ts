import type { Target } from '../target.ts'
import { salesLines } from './sales-lines.ts'

/** What a file can be turned into, most common first. */
export const targets: readonly Target[] = [salesLines]
