import type { Branch } from './source.ts'

/** Stands in a source's columns for the day it is where the question is asked. */
const mark = '@today'

/** Branches with the day it is written into the columns that ask for it. */
export const onDay = (branches: readonly Branch[], today: string): Branch[] =>
  branches.map(branch => {
    const columns = Object.entries(branch.source.columns ?? {})
    if (!columns.some(([, sql]) => sql.includes(mark))) return branch
    const written = columns.map(([name, sql]) => [name, sql.replaceAll(mark, `DATE '${today}'`)])
    return { ...branch, source: { ...branch.source, columns: Object.fromEntries(written) } }
  })
