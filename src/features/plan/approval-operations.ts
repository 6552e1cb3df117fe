import { randomUUID } from 'node:crypto'
import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { mayAct } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { beyond } from '#kernel/plan/bounds.ts'
import * as tables from '#postgres/tables/plan.ts'
import { decide, lapsedWords, mayConsent, rulesIn, standingOf, submitVersion } from './approvals.ts'
import { fixRates } from './budget-changes.ts'
import { budgetRates } from './budget-of.ts'
import { carry, phasingNow, uncarry } from './carry.ts'
import { casesKept } from './case-plan.ts'
import { keptVersion, mayEdit, otherState, person, versionOf, wholeCompany } from './cells.ts'
import { keep, reproduced } from './copies.ts'
import { consented } from './fingerprint.ts'
import { FieldChangeShape } from './model.ts'
import { reforecastOf } from './reforecast-of.ts'
import { removeVersion } from './remove-version.ts'
import { sinceApproval } from './since-approval.ts'
import { latestDay } from './versions.ts'

const Of = z.object({ version: z.string() })
const Done = z.object({ done: z.literal(true) })
const done = { done: true as const }

const setState = ({ ledger, clock }: Context, id: string, state: 'draft' | 'approved' | 'locked') =>
  ledger
    .update(tables.versions)
    .set({ state, changedBy: [], updatedAt: clock().toISOString() })
    .where(eq(tables.versions.id, id))

/** Draft, submitted, approved, locked: who consents to what, and copies that can be worked out again. */
export const approvalOperations = {
  submit: write({ role: 'lead', summary: 'Ask for a version to be approved', agents: false })
    .input(Of.extend({ comment: z.string().max(2000).default('') }))
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version, true)
      await submitVersion(context, version, input.comment)
      await keep(context, version, 'submitted')
      context.note({
        subject: `plan ${version.id}`,
        before: { state: 'draft' },
        after: { state: 'submitted' },
      })
      return done
    }),

  approve: writeLast({
    role: 'lead',
    summary: 'Consent to a submitted version, or again to an approved one that changed since',
    agents: false,
  })
    .input(Of.extend({ comment: z.string().max(2000).default('') }))
    .output(z.object({ state: z.string(), wanting: z.array(z.string()) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const { version, still } = await context.record(async inside => {
        const found = await versionOf(inside, input.version, true)
        const before = await standingOf(inside, found)
        if (found.state === 'approved' && before.wanting.length === 0)
          throw new Failure('conflict', `${found.name} is approved as it is.`, {
            next: 'Lock it, or have it given back to change it freely.',
          })
        if (found.state !== 'submitted' && found.state !== 'approved')
          throw otherState(found, 'nobody asks for its approval')
        mayConsent(inside.actor, found, before.rules)
        await decide(inside, `version:${found.id}`, 'approved', input.comment, before.content)
        const { wanting: lacking } = await standingOf(inside, found)
        if (lacking.length === 0) {
          await setState(inside, found.id, 'approved')
          await keep(inside, found, 'approved')
          inside.note({
            subject: `plan ${found.id}`,
            before: { state: found.state, ...(before.names.length > 0 && { lapsed: before.names }) },
            after: { state: 'approved' },
          })
        }
        return { version: found, still: lacking }
      })
      if (still.length > 0) return { state: version.state, wanting: still }
      await carry(context, version)
      return { state: 'approved', wanting: [] }
    }),

  refuse: write({
    role: 'lead',
    summary: 'Give a submitted or approved version back to be a draft again, saying why',
    agents: false,
  })
    .input(Of.extend({ comment: z.string().trim().min(1).max(2000) }))
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version, true)
      if (version.state !== 'submitted' && version.state !== 'approved')
        throw otherState(version, 'there is nothing to give back')
      const step = version.state === 'submitted' ? 'refused' : 'reopened'
      await decide(context, `version:${version.id}`, step, input.comment)
      await setState(context, version.id, 'draft')
      context.note({
        subject: `plan ${version.id}`,
        before: { state: version.state },
        after: { state: 'draft', why: input.comment },
      })
      return done
    }),

  lock: writeLast({
    role: 'director',
    summary: 'Lock an approved version: nothing in it changes any more',
    agents: false,
  })
    .input(Of)
    .output(z.object({ hash: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const asked = await versionOf(context, input.version)
      if (asked.kind === 'le' && asked.state === 'approved') {
        const [first, ...more] = (await reforecastOf(context, asked.id, undefined)).blockers
        if (first)
          throw new Failure(
            'conflict',
            `${asked.name} is not ready to be locked: ${first.says}${more.length > 0 ? ` And ${more.length} more.` : ''}`,
            { next: 'Go through its steps under Reforecast.' },
          )
      }
      const rates = await budgetRates(context, asked)
      const phasing = await phasingNow(context, asked)
      const { version, hash } = await context.record(async inside => {
        const found = await versionOf(inside, input.version, true)
        if (found.state !== 'approved') throw otherState(found, 'only an approved version is locked')
        const standing = await standingOf(inside, found)
        const lapsed = lapsedWords(found, standing)
        if (lapsed)
          throw new Failure('conflict', `${found.name} cannot be locked. ${lapsed}`, {
            next: 'Have it approved as it is now, or give it back.',
          })
        await setState(inside, found.id, 'locked')
        await decide(inside, `version:${found.id}`, 'locked', '', standing.content)
        const locked = { ...found, state: 'locked' as const, rates: { ...rates, ...found.rates } }
        await consented(inside, found, () => fixRates(inside, found, locked.rates))
        const kept = await keep(inside, locked, 'locked', { phasing, cases: await casesKept(inside, found) })
        inside.note({
          subject: `plan ${found.id}`,
          before: { state: 'approved' },
          after: { state: 'locked', hash: kept.hash },
        })
        return { version: locked, hash: kept.hash }
      })
      await carry(context, version)
      return { hash }
    }),

  removeVersion: writeLast({
    role: 'contributor',
    summary: 'Delete a draft: its figures, lines, comments and copies; what others were made from stays',
    agents: false,
  })
    .input(Of)
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const until = await latestDay(context)
      await context.record(async inside => {
        const { name, kind, basedOn, createdBy, sheet } = await removeVersion(inside, input.version, until)
        inside.note({
          subject: `plan ${input.version}`,
          before: { state: 'draft', name, kind, basedOn, createdBy, lines: sheet.lines.length },
          after: { removed: true },
        })
      })
      await uncarry(context, input.version)
      return done
    }),

  freeze: writeLast({
    role: 'contributor',
    summary: 'Keep a copy of a version as it is now: its figures, how they go over days and hours, its cases',
    agents: false,
  })
    .input(Of)
    .output(z.object({ id: z.string(), hash: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const phasing = await phasingNow(context, await versionOf(context, input.version))
      return context.record(async inside => {
        const version = await versionOf(inside, input.version, true)
        const cases = await casesKept(inside, version)
        const kept = await keep(inside, version, 'frozen', { phasing, cases })
        inside.note({ subject: `plan ${version.id}`, after: { copy: kept.id, hash: kept.hash } })
        return kept
      })
    }),

  reproduce: read({
    role: 'viewer',
    summary: 'Work a kept copy out again and see that every figure is the same',
  })
    .input(z.object({ id: z.string() }))
    .output(
      z.object({
        same: z.boolean(),
        stands: z.boolean().nullable().describe('Of the copy of a lock: whether the version still is that'),
        hash: z.string(),
        kept: z.string(),
        at: z.string(),
        byName: z.string(),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const [found] = await context.ledger
        .select()
        .from(tables.snapshots)
        .where(eq(tables.snapshots.id, input.id))
      if (!found) throw new Failure('not_found', 'There is no such copy.')
      const { hash: kept, at, byName } = found
      return { ...(await reproduced(context, found)), kept, at, byName }
    }),

  sinceApproval: read({
    role: 'viewer',
    summary: 'What differs from when a version was last approved: cells and budget, before and after',
  })
    .input(Of)
    .output(
      z
        .object({
          at: z.string(),
          byName: z.string(),
          cells: z.array(
            z.object({
              place: z.string(),
              unit: z.string(),
              before: z.string().nullable(),
              after: z.string().nullable(),
              why: z.string(),
              byName: z.string(),
              at: z.string(),
            }),
          ),
          budget: z.array(FieldChangeShape),
          more: z.int().describe('Changes beyond those given'),
        })
        .nullable()
        .describe('Null: it was never approved'),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const found = await sinceApproval(context, await versionOf(context, input.version))
      if (!found) return null
      const [cells, budget] = [found.cells.slice(0, 500), found.budget.slice(0, 500)]
      const more = found.cells.length + found.budget.length - cells.length - budget.length
      return { ...found, cells, budget, more }
    }),

  trail: read({ role: 'viewer', summary: 'Steps of approval of a version, and its kept copies' })
    .input(Of)
    .output(
      z.object({
        steps: z.array(
          z.object({
            step: z.string(),
            comment: z.string(),
            byName: z.string(),
            at: z.string(),
            lapsed: z.boolean().describe('An approval of what the version was before it changed'),
          }),
        ),
        wanting: z.array(z.string()).describe('What is still wanting for approval'),
        lapsed: z.string().nullable().describe('Why an approved version has to be approved again'),
        copies: z.array(
          z.object({
            id: z.string(),
            reason: z.string(),
            hash: z.string(),
            byName: z.string(),
            at: z.string(),
          }),
        ),
        rules: z.array(
          z.object({
            id: z.string(),
            department: z.string(),
            fromAmount: z.string(),
            role: z.string(),
            people: z.int(),
          }),
        ),
        mayApprove: z.boolean(),
        mayGiveBack: z.boolean(),
        mayRemove: z.boolean(),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const { ledger, actor } = context
      const version = await keptVersion(context, input.version)
      // One too large to be worked out has its way, and can be deleted; what it asks consent to is not known.
      const standing = beyond(version.sheet)
        ? { content: '', rules: [], wanting: [], lapsed: new Set<string>(), names: [] }
        : await standingOf(context, version)
      const steps = await ledger
        .select()
        .from(tables.decisions)
        .where(eq(tables.decisions.subject, `version:${version.id}`))
        .orderBy(tables.decisions.seq)
      return {
        steps: steps.map(step => ({ ...step, lapsed: standing.lapsed.has(step.id) })),
        wanting: standing.wanting,
        lapsed: lapsedWords(version, standing),
        copies: await ledger
          .select({
            id: tables.snapshots.id,
            reason: tables.snapshots.reason,
            hash: tables.snapshots.hash,
            byName: tables.snapshots.byName,
            at: tables.snapshots.at,
          })
          .from(tables.snapshots)
          .where(eq(tables.snapshots.version, version.id))
          .orderBy(desc(tables.snapshots.at)),
        rules: await rulesIn(context),
        mayGiveBack:
          (version.state === 'submitted' || version.state === 'approved') &&
          actor.kind !== 'key' &&
          mayAct(actor.role, 'lead'),
        mayRemove: version.state === 'draft' && mayEdit(version, actor),
        mayApprove:
          standing.wanting.length > 0 &&
          actor.kind !== 'key' &&
          version.submittedBy !== actor.id &&
          !version.changedBy.includes(actor.id) &&
          mayAct(actor.role, 'lead'),
      }
    }),

  saveRules: write({ role: 'owner', summary: 'Set who must consent to what', agents: false })
    .input(
      z.object({
        rules: z
          .array(
            z.object({
              department: z.string().max(100).default(''),
              fromAmount: z.string().regex(/^\d+(\.\d+)?$/),
              role: z.enum(['owner', 'director', 'lead']),
              people: z.int().min(1).max(5).default(1),
            }),
          )
          .max(50),
      }),
    )
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const before = await rulesIn(context)
      await context.ledger.delete(tables.rules)
      if (input.rules.length > 0)
        await context.ledger
          .insert(tables.rules)
          .values(input.rules.map(rule => ({ ...rule, id: randomUUID() })))
      context.note({ subject: 'approval rules', before, after: input.rules })
      return done
    }),
}
