import { existsSync } from 'node:fs'
import { asc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import { Failure } from '#kernel/error.ts'
import * as tables from '#postgres/tables/plan.ts'
import { attachmentPath, forget, mostFiles, received, subjectOf } from './attachments.ts'
import { person, wholeCompany } from './cells.ts'

const Subject = z
  .string()
  .regex(/^(item|case):[\w.-]{1,60}$/)
  .describe('item:<id of a budget line> or case:<id of a business case>')
const Kept = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  bytes: z.int(),
  byName: z.string(),
  at: z.string(),
})

/** Files beside budget lines and business cases: sent, listed, fetched from /api/attachments/<id>, removed. */
export const attachmentOperations = {
  attachments: read({ role: 'viewer', summary: 'Files beside a budget line or a business case' })
    .input(z.object({ subject: Subject }))
    .output(z.array(Kept))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const { lasting } = await subjectOf(context, input.subject)
      return context.ledger
        .select()
        .from(tables.files)
        .where(eq(tables.files.subject, lasting))
        .orderBy(asc(tables.files.at))
    }),

  attachment: read({ role: 'viewer', summary: 'What a file beside a budget line is', agents: false })
    .input(z.object({ id: z.string() }))
    .output(Kept.extend({ subject: z.string(), sha256: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const [found] = await context.ledger.select().from(tables.files).where(eq(tables.files.id, input.id))
      if (!found) throw new Failure('not_found', 'There is no such file; it may have been removed.')
      await subjectOf(context, found.subject)
      if (!existsSync(attachmentPath(context.folder, found.id)))
        throw new Failure('not_found', `${found.name} is no longer in the data folder.`, {
          next: 'Bring the data folder back from a backup, or send the file again.',
        })
      return found
    }),

  attach: writeLast({
    role: 'contributor',
    summary: 'Put a file beside a budget line or a business case',
    agents: false,
  })
    .input(z.object({ subject: Subject, file: z.file() }))
    .output(Kept)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const { actor, folder } = context
      await subjectOf(context, input.subject)
      const file = await received(folder, input.file)
      try {
        return await context.record(async inside => {
          const { label, lasting } = await subjectOf(inside, input.subject)
          const there = await inside.ledger
            .select({ id: tables.files.id })
            .from(tables.files)
            .where(eq(tables.files.subject, lasting))
          if (there.length >= mostFiles)
            throw new Failure('conflict', `${label} has ${mostFiles} files already.`, {
              next: 'Remove one that is no longer needed.',
            })
          const values = {
            ...file,
            subject: lasting,
            byId: actor.id,
            byName: actor.name,
            at: inside.clock().toISOString(),
          }
          await inside.ledger.insert(tables.files).values(values)
          inside.note({
            subject: `file ${file.name} of ${label}`,
            before: null,
            after: { name: file.name, type: file.type, bytes: file.bytes, sha256: file.sha256 },
          })
          return values
        })
      } catch (error) {
        await forget(folder, file.id)
        throw error
      }
    }),

  removeAttachment: write({
    role: 'contributor',
    summary: 'Remove a file beside a budget line or a business case',
    agents: false,
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ done: z.literal(true) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const [found] = await context.ledger
        .select()
        .from(tables.files)
        .where(eq(tables.files.id, input.id))
        .for('update')
      if (!found) throw new Failure('not_found', 'There is no such file; it may have been removed.')
      const { label, state } = await subjectOf(context, found.subject)
      if (state === 'locked')
        throw new Failure('conflict', `The plan ${label} is in is locked: its files stay.`, {
          next: 'Add the file that replaces it beside it.',
        })
      await context.ledger.delete(tables.files).where(eq(tables.files.id, found.id))
      const { name, type, bytes, sha256 } = found
      context.note({
        subject: `file ${name} of ${label}`,
        before: { name, type, bytes, sha256, by: found.byName },
        after: null,
      })
      context.onceCommitted(async () => {
        await forget(context.folder, found.id)
        return {}
      })
      return { done: true as const }
    }),
}
