import { randomUUID } from 'node:crypto'
import { and, asc, desc, eq, gt, isNull } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import { ruleOf } from '#features/company-days.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { check } from '#kernel/plan/check.ts'
import { difference } from '#kernel/plan/edits.ts'
import { unworked } from '#kernel/plan/explain.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import { placeWords, sliceKey } from '#kernel/plan/sheet.ts'
import * as tables from '#postgres/tables/plan.ts'
import { filledFrom, lastOver } from './actuals.ts'
import { lapsedWords, standingOf } from './approvals.ts'
import { carry } from './carry.ts'
import {
  closedIn,
  edit,
  historyOf,
  lastSeq,
  mayEdit,
  otherState,
  person,
  rowsOf,
  rowsSince,
  seenIn,
  touched,
  versionOf,
  wholeCompany,
} from './cells.ts'
import { filledIn, keptOf } from './copies.ts'
import { EditShape, EditsShape } from './edit-shapes.ts'
import { CommentShape, OpenShape, RowShape, SheetShape, StartShape, VersionShape } from './model.ts'
import { asSeen, shownRowsOf } from './shown-rows.ts'
import { begin, changedSince, contentOf, latestDay, shown, soundSheet, start } from './versions.ts'

const Nothing = z.object({}).optional()
const Of = z.object({ version: z.string() })
const Done = z.object({ done: z.literal(true) })
const done = { done: true as const }
const Cell = z.object({ line: z.string(), slice: z.array(z.string()).readonly(), period: z.string() })
const Conflict = Cell.extend({
  heads: z.array(z.object({ id: z.string(), value: z.string().nullable(), by: z.string(), at: z.string() })),
})
const Change = z.object({
  id: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  why: z.string(),
  byName: z.string(),
  at: z.string(),
})
const ProblemShape = z.object({
  line: z.string(),
  kind: z.string(),
  message: z.string(),
  next: z.string().optional(),
})

export const versionOperations = {
  versions: read({ role: 'viewer', summary: 'Versions of the plan: budgets, reforecasts, scenarios' })
    .input(Nothing)
    .output(z.array(VersionShape))
    .handler(async ({ context }) => {
      wholeCompany(context.actor)
      return (
        await context.ledger.select().from(tables.versions).orderBy(desc(tables.versions.updatedAt))
      ).map(shown)
    }),

  start: writeLast({
    role: 'lead',
    summary: 'Make a version: from a template, last year, the run-rate, another version or a pasted sheet',
    agents: false,
  })
    .input(StartShape)
    .output(
      z.object({
        version: VersionShape,
        notes: z.array(z.string()),
        problems: z.array(ProblemShape).describe('Lines that do not work out, and why'),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const begun = await begin(context, input)
      const version = await context.record(async inside => {
        inside.note({ subject: `plan ${input.id}`, after: { begin: input.begin.with, kind: input.kind } })
        return start(inside, input, begun)
      })
      const plan = calculate(begun.sheet, begun.rows ? inputsOf(begun.sheet, begun.rows) : begun.inputs)
      return { version: shown(version), notes: begun.notes, problems: unworked(plan) }
    }),

  open: read({ role: 'viewer', summary: 'A version whole: its sheet, its figures, comments and marks' })
    .input(Of)
    .output(OpenShape)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      // The number first: what is edited between the two readings comes again with the next look.
      const seq = await lastSeq(context, version.id)
      const rows = await shownRowsOf(context, version)
      return {
        version: shown(version),
        sheet: version.sheet as z.output<typeof SheetShape>,
        rows,
        comments: await context.ledger
          .select()
          .from(tables.comments)
          .where(and(eq(tables.comments.version, version.id), isNull(tables.comments.resolvedAt)))
          .orderBy(asc(tables.comments.at)),
        changed: await changedSince(context, version),
        // Only what somebody changed can have lapsed: else nothing is held against anything.
        lapsed:
          version.state === 'approved' && version.changedBy.length > 0
            ? lapsedWords(version, await standingOf(context, version))
            : null,
        closed: await closedIn(context, version),
        seq,
        mayEdit: mayEdit(version, context.actor),
      }
    }),

  figures: read({ role: 'viewer', summary: 'Lines of a version worked out, by period and in all' })
    .input(
      Of.extend({
        lines: z.array(z.string()).max(200).optional(),
        members: z.record(z.string(), z.string()).optional(),
        copy: z.string().optional().describe('As a kept copy of it has them; as it is now where absent'),
      }),
    )
    .output(
      z.object({
        periods: z.array(z.string()),
        lines: z.array(
          z.object({
            name: z.string(),
            label: z.string(),
            unit: z.string(),
            layering: z.string().nullable(),
            values: z.array(z.string().nullable()),
            total: z.string().nullable(),
            problem: z.string().nullable(),
          }),
        ),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      const kept = input.copy === undefined ? null : await keptOf(context, version, input.copy)
      const { sheet, figures } = await filledIn(context, version, kept)
      const plan = calculate(sheet, figures)
      const part = (first: number, last: number) => ({ members: input.members ?? {}, first, last })
      return {
        periods: sheet.periods.map(period => period.key),
        lines: sheet.lines
          .filter(line => !input.lines || input.lines.includes(line.name))
          .map(line => ({
            name: line.name,
            label: line.label,
            unit: line.unit,
            layering: line.layering ?? null,
            values: sheet.periods.map((_, n) => plainOrNull(rolled(plan, line.name, part(n, n)))),
            total: plainOrNull(rolled(plan, line.name, part(0, sheet.periods.length - 1))),
            problem: plan.problems.find(one => one.line === line.name)?.message ?? null,
          })),
      }
    }),

  yearBefore: read({
    role: 'viewer',
    summary: 'What a line was a year before each of its periods: to spread a total by',
  })
    .input(Of.extend({ line: z.string() }))
    .output(z.array(Cell.omit({ line: true }).extend({ value: z.string() })))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const { sheet } = await versionOf(context, input.version)
      const rule = await ruleOf(context)
      const lines = sheet.lines.filter(line => line.name === input.line)
      const until = await latestDay(context)
      const base = (period: { from: string; to: string }) => lastOver(rule, period, until)
      const found = await filledFrom(context, { ...sheet, lines }, base, '0')
      return found.flatMap(({ slice, period, value }) =>
        value === null ? [] : [{ slice: [...slice], period, value }],
      )
    }),

  edit: write({
    role: 'contributor',
    summary: 'Fill in cells; contradicting edits are kept and given back',
    agents: false,
  })
    .input(
      EditsShape.extend({
        version: z.string(),
        seen: z
          .int()
          .min(0)
          .optional()
          .describe('The number the version was read at, for edits that name none they were made after'),
        why: z.string().max(500).default(''),
      }),
    )
    .output(z.object({ applied: z.int(), conflicts: z.array(Conflict), seq: z.int() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version, true)
      const edits = await asSeen(context, version, input.edits, input.seen)
      const result = await edit(context, version, edits, input.why)
      context.note({
        subject: `plan ${version.id}`,
        after: { cells: result.applied, conflicts: result.conflicts.length, why: input.why },
      })
      return { ...result, seq: await lastSeq(context, version.id) }
    }),

  since: read({ role: 'viewer', summary: 'Rows of a version that were edited after a number' })
    .input(Of.extend({ seq: z.int().min(0) }))
    .output(
      z.object({
        seq: z.int(),
        rows: z.array(RowShape),
        by: z.array(z.string()).describe('Others who edited them'),
        revision: z.int(),
        state: z.string(),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      const news = await context.ledger
        .select({
          line: tables.changes.line,
          slice: tables.changes.slice,
          byId: tables.changes.byId,
          byName: tables.changes.byName,
          seq: tables.changes.seq,
        })
        .from(tables.changes)
        .where(and(eq(tables.changes.version, version.id), gt(tables.changes.seq, input.seq)))
        .orderBy(tables.changes.seq)
      return {
        seq: news.at(-1)?.seq ?? input.seq,
        rows: news.length === 0 ? [] : await rowsSince(context, version.id, input.seq),
        by: [...new Set(news.filter(one => one.byId !== context.actor.id).map(one => one.byName))],
        revision: version.revision,
        state: version.state,
      }
    }),

  reshape: write({
    role: 'lead',
    summary: 'Change the lines, periods or dimensions of a version',
    agents: false,
  })
    .input(Of.extend({ sheet: SheetShape, revision: z.int() }))
    .output(
      z.object({
        revision: z.int(),
        problems: z.array(ProblemShape),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version, true)
      if (version.state === 'locked' || version.state === 'submitted')
        throw otherState(version, 'its lines cannot change')
      if (version.revision !== input.revision)
        throw new Failure(
          'conflict',
          `The lines of ${version.name} were changed by somebody else meanwhile.`,
          {
            next: 'Open it again and repeat your change.',
            details: { revision: version.revision },
          },
        )
      soundSheet(input.sheet)
      const changed = difference(contentOf(version.sheet, []), contentOf(input.sheet, []))
      const revision = version.revision + 1
      await context.ledger
        .update(tables.versions)
        .set({ sheet: input.sheet, revision, updatedAt: context.clock().toISOString() })
        .where(eq(tables.versions.id, version.id))
      await touched(context, version)
      context.note({ subject: `plan ${version.id}`, after: { lines: changed.lines } })
      return { revision, problems: check(input.sheet).problems }
    }),

  history: read({ role: 'viewer', summary: 'Who put what into a cell, when and why' })
    .input(Of.extend(Cell.shape))
    .output(z.array(Change))
    .handler(({ input, context }) => {
      wholeCompany(context.actor)
      return historyOf(context, input.version, input)
    }),

  comment: write({ role: 'contributor', summary: 'Say something at a cell' })
    .input(Of.extend({ ...Cell.shape, text: z.string().trim().min(1).max(2000) }))
    .output(CommentShape)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      await versionOf(context, input.version)
      const { actor } = context
      const [made] = await context.ledger
        .insert(tables.comments)
        .values({
          ...input,
          slice: sliceKey(input.slice),
          id: randomUUID(),
          byId: actor.id,
          byName: actor.name,
          at: context.clock().toISOString(),
        })
        .returning()
      return made as z.output<typeof CommentShape>
    }),

  resolve: write({ role: 'contributor', summary: 'Mark a comment as dealt with', agents: false })
    .input(z.object({ id: z.string() }))
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      await context.ledger
        .update(tables.comments)
        .set({ resolvedAt: context.clock().toISOString() })
        .where(eq(tables.comments.id, input.id))
      return done
    }),

  propose: write({ role: 'contributor', summary: 'Suggest changes of cells; a person takes or refuses them' })
    .input(
      Of.extend({
        edits: z
          .array(EditShape.omit({ id: true, after: true }))
          .min(1)
          .max(5000),
        why: z.string().trim().min(1).max(2000),
      }),
    )
    .output(z.object({ id: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      if (version.state === 'locked') throw otherState(version, 'nothing in it changes any more')
      const { sheet } = version
      const plan = calculate(sheet, [])
      for (const one of input.edits) {
        const place = plan.locate(one)
        if (sheet.lines[place.line]?.formula !== null)
          throw invalid(`${placeWords(sheet, one)} is worked out; propose what it is made of.`)
      }
      const id = randomUUID()
      const { actor } = context
      const seen = seenIn(await rowsOf(context, version.id))
      const edits = input.edits.map(one => ({ ...one, after: seen(one) }))
      await context.ledger.insert(tables.proposals).values({
        id,
        ...input,
        edits,
        byId: actor.id,
        byName: actor.name,
        at: context.clock().toISOString(),
      })
      return { id }
    }),

  proposals: read({ role: 'viewer', summary: 'Changes that were suggested and wait' })
    .input(Of)
    .output(
      z.array(
        z.object({
          id: z.string(),
          edits: z.array(Cell.extend({ value: z.string().nullable() })),
          meanwhile: z
            .int()
            .describe('Cells somebody edited since: taken, both figures are kept to choose from'),
          why: z.string(),
          byName: z.string(),
          at: z.string(),
        }),
      ),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const waiting = await context.ledger
        .select()
        .from(tables.proposals)
        .where(and(eq(tables.proposals.version, input.version), eq(tables.proposals.state, 'proposed')))
        .orderBy(tables.proposals.at)
      const seen = waiting.length > 0 ? seenIn(await rowsOf(context, input.version)) : () => []
      return waiting.map(one => ({
        ...one,
        meanwhile: one.edits.filter(edit => seen(edit).some(id => !edit.after?.includes(id))).length,
      }))
    }),

  settle: write({
    role: 'lead',
    summary: 'Take or refuse suggested changes; what contradicts an edit made since is kept beside it',
    agents: false,
  })
    .input(z.object({ id: z.string(), take: z.boolean() }))
    .output(Done.extend({ conflicts: z.array(Conflict) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const [found] = await context.ledger
        .select()
        .from(tables.proposals)
        .where(eq(tables.proposals.id, input.id))
        .for('update')
      if (found?.state !== 'proposed') throw new Failure('not_found', 'There is no such suggestion waiting.')
      const conflicts: z.output<typeof Conflict>[] = []
      if (input.take) {
        const version = await versionOf(context, found.version, true)
        // It replaces what stood there when it was suggested: what somebody filled in since it has not seen.
        const edits = found.edits.map(({ after = [], ...one }, n) => ({
          ...one,
          id: `${found.id.slice(0, 18)}-${n.toString(36)}`,
          after,
        }))
        const taken = await edit(context, version, edits, `${found.byName}: ${found.why}`)
        conflicts.push(...taken.conflicts)
      }
      await context.ledger
        .update(tables.proposals)
        .set({ state: input.take ? 'taken' : 'refused' })
        .where(eq(tables.proposals.id, input.id))
      context.note({
        subject: `figures suggested for plan ${found.version}`,
        after: { taken: input.take, conflicts: conflicts.length },
      })
      return { ...done, conflicts }
    }),

  carry: writeLast({
    role: 'lead',
    summary: 'Stand a version beside the actuals everywhere, phased to days',
    agents: false,
  })
    .input(Of)
    .output(z.object({ lines: z.int(), days: z.int(), notes: z.array(z.string()) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version)
      await context.record(async inside => {
        inside.note({ subject: `plan ${version.id}`, after: { carried: true } })
      })
      return carry(context, version)
    }),
}
