import { createHmac } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Ledger } from '#postgres/open.ts'
import { erased } from '#postgres/tables/connections.ts'

/**
 * Who was erased, beside the ledger: DIR/erased.jsonl, one hash a line, only ever added to. A backup brings back the
 * ledger's list of its day; this one goes on from there, so that whoever was erased since stays erased.
 */
export const erasedFile = 'erased.jsonl'

/** `of` says under which installation's salt the hash was made: under another it says nothing. */
const Line = z.object({ hash: z.string().regex(/^[0-9a-f]{32}$/), at: z.string(), of: z.string() })
export type Erasure = z.infer<typeof Line>

const markOf = (salt: string): string => createHmac('sha256', salt).update('erased').digest('hex').slice(0, 8)

/** The list of a file; a line that was cut short says nothing. Nothing where there is no file. */
export async function readErasures(path: string): Promise<Erasure[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').flatMap(line => {
    try {
      const read = Line.safeParse(JSON.parse(line))
      return read.success ? [read.data] : []
    } catch {
      return []
    }
  })
}

/** Adds what the file does not have yet. Gives how many lines that were. */
export async function addErasures(path: string, more: readonly Erasure[]): Promise<number> {
  const keyOf = ({ of, hash }: Erasure) => `${of} ${hash}`
  const known = new Set((await readErasures(path)).map(keyOf))
  const lines = [...new Map(more.map(one => [keyOf(one), one])).values()].filter(
    one => !known.has(keyOf(one)),
  )
  // Begins with an end of line: whatever was cut short before stands alone.
  if (lines.length > 0)
    await appendFile(path, `\n${lines.map(one => JSON.stringify(one)).join('\n')}\n`, { mode: 0o600 })
  return lines.length
}

/**
 * Brings the ledger's list and the folder's together: each gets what only the other has. Those the ledger did not know
 * are still to be erased. Gives how many those are.
 */
export async function joinErasures(ledger: Ledger, folder: string, salt: string): Promise<number> {
  const of = markOf(salt)
  const path = join(folder, erasedFile)
  const listed = (await readErasures(path)).filter(one => one.of === of)
  const known = await ledger.select({ hash: erased.hash, at: erased.at }).from(erased)
  const hashes = new Set(known.map(one => one.hash))
  const missed = listed.filter(one => !hashes.has(one.hash))
  for (const { hash, at } of missed) await ledger.insert(erased).values({ hash, at }).onConflictDoNothing()
  await addErasures(
    path,
    known.map(({ hash, at }) => ({ hash, at: new Date(at).toISOString(), of })),
  )
  return missed.length
}
