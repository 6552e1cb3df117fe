import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { Failure, invalid } from '#kernel/error.ts'
import * as tables from '#postgres/tables/plan.ts'
import { kindOf } from './attachment-kind.ts'
import { anyOf, lineOf } from './budget-lines.ts'
import { versionOf } from './cells.ts'

/** Files beside budget lines and business cases. Their bytes lie in the data folder under names of our own. */

type Kept = typeof tables.files.$inferSelect

/** Bytes a file may have: what one request carries, less what goes around it. */
export const mostBytes = 7_000_000
/** Files beside one line or case. */
export const mostFiles = 20

const folderOf = (folder: string) => join(folder, 'attachments')
const shape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Where the bytes of a file are. @throws Failure('not_found') for what is no id. */
export function attachmentPath(folder: string, id: string): string {
  if (!shape.test(id)) throw new Failure('not_found', 'There is no such file.')
  return join(folderOf(folder), id)
}

/** The name as its sender gave it, without a path and without signs that would make it read as another. */
const shownName = (name: string): string =>
  basename(name.replaceAll('\\', '/'))
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(-120) || 'file'

/**
 * Whom a file belongs to: `item:<id>`, a budget line, which is the same one in every version, or `case:<id>`. Who may see
 * that may see the file. `lasting` is the subject as files are kept under it.
 * @throws Failure('not_found') when there is no such line or case.
 */
export async function subjectOf(
  context: Context,
  subject: string,
): Promise<{ label: string; state: string; lasting: string }> {
  const { ledger } = context
  const [, kind, id = ''] = /^(item|case):(.+)$/.exec(subject) ?? []
  if (kind === 'item') {
    const [asked] = await ledger.select().from(tables.items).where(eq(tables.items.id, id))
    // A line that left the version it was first in lives on in another.
    const item = asked ?? (await anyOf(context, id))
    if (item)
      return {
        label: item.label,
        state: (await versionOf(context, item.version)).state,
        lasting: `item:${lineOf(item)}`,
      }
  }
  if (kind === 'case') {
    const [one] = await ledger.select().from(tables.cases).where(eq(tables.cases.id, id))
    if (one) {
      const { title = 'a business case' } = one.content as { title?: string }
      return { label: title, state: 'draft', lasting: subject }
    }
  }
  throw new Failure('not_found', 'There is no such budget line or business case.')
}

/** A file looked at and put into the data folder; it is kept once the ledger says so. */
export async function received(
  folder: string,
  file: File,
): Promise<Pick<Kept, 'id' | 'name' | 'type' | 'bytes' | 'sha256'>> {
  if (file.size > mostBytes)
    throw new Failure('too_large', `${shownName(file.name)} is over ${mostBytes / 1_000_000} MB.`, {
      next: 'Send a smaller one, or note where it is kept.',
    })
  if (file.size === 0) throw invalid('The file is empty.', 'Choose another file.')
  const bytes = Buffer.from(await file.arrayBuffer())
  const name = shownName(file.name)
  const { type } = kindOf(bytes, name)
  const id = randomUUID()
  const path = attachmentPath(folder, id)
  await mkdir(folderOf(folder), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.part`, bytes, { mode: 0o600 })
  await rename(`${path}.part`, path)
  return { id, name, type, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Takes the bytes of a file away. */
export const forget = (folder: string, id: string): Promise<void> =>
  rm(attachmentPath(folder, id), { force: true })
