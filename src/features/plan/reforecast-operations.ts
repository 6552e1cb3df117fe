import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { mayAct } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { broughtTo } from '#kernel/plan/reforecast.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import { sliceKey } from '#kernel/plan/sheet.ts'
import * as tables from '#postgres/tables/plan.ts'
import { baselineOf } from './baseline-of.ts'
import { changeable, closedIn, edit, lastSeq, person, rowsOf, versionOf, wholeCompany } from './cells.ts'
import { signedPrint } from './fingerprint.ts'
import { decimal, RiskShape, VersionShape } from './model.ts'
import { reforecastOf, signedSteps } from './reforecast-of.ts'
import { shown } from './versions.ts'

const Of = z.object({ version: z.string() })
const Done = z.object({ done: z.literal(true) })
const done = { done: true as const }
const text = z.string().nullable()
const Signed = z.object({
  byName: z.string(),
  at: z.string(),
  note: z.string(),
  lapsed: z.boolean().describe('What was signed has changed since'),
})
const checkNames = ['stock', 'open_to_buy', 'capacity', 'budget', 'committed'] as const

/** What is kept of a reforecast, its row held; an empty one where nothing was said yet. */
async function heldState({ ledger }: Context, version: string) {
  await ledger.insert(tables.reforecasts).values({ version }).onConflictDoNothing()
  const [found] = await ledger
    .select()
    .from(tables.reforecasts)
    .where(eq(tables.reforecasts.version, version))
    .for('update')
  if (!found) throw new Failure('internal', `The reforecast of ${version} is not kept.`)
  return found
}

/** A reforecast step by step: baseline, what owners expect, what it is held against, what may come, the lock. */
export const reforecastOperations = {
  reforecast: read({
    role: 'viewer',
    summary: 'Where a reforecast stands: landing, expectations, checks, risks, and what blocks its lock',
  })
    .input(Of.extend({ line: z.string().optional().describe('A result of the plan; its last where absent') }))
    .output(
      z.object({
        version: VersionShape,
        currency: z.string(),
        line: z.object({ name: z.string(), label: z.string() }),
        lines: z.array(z.object({ name: z.string(), label: z.string() })),
        periods: z.array(
          z.object({
            key: z.string(),
            label: z.string(),
            closed: z.boolean(),
            known: z
              .boolean()
              .describe('Whether anything is known of its sales; closed and not known: as planned'),
            baseline: text,
            landing: text,
          }),
        ),
        baseline: text,
        landing: text,
        before: z.object({ name: z.string(), total: text }).nullable(),
        expectations: z.int(),
        notes: z.array(z.string()),
        risks: z.array(RiskShape.extend({ id: z.string(), saved: z.int(), byName: z.string() })),
        weighed: z.object({
          risks: z.string(),
          opportunities: z.string(),
          net: z.string(),
          worst: z.string(),
          best: z.string(),
          byPeriod: z.record(z.string(), z.string()),
        }),
        checks: z.array(
          z.object({
            name: z.enum(checkNames),
            label: z.string(),
            state: z.enum(['passes', 'fails', 'unknown']),
            says: z.string(),
            accepted: z.object({ why: z.string(), byName: z.string(), at: z.string() }).nullable(),
          }),
        ),
        capacity: text,
        steps: z.partialRecord(z.enum(signedSteps), Signed),
        blockers: z.array(
          z.object({
            step: z.enum(['baseline', 'expectations', 'checks', 'risks', 'lock']),
            says: z.string(),
          }),
        ),
        maySign: z.boolean(),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const found = await reforecastOf(context, input.version, input.line)
      const { version } = found
      return {
        ...found,
        version: shown(version),
        currency: version.sheet.currency,
        risks: found.risks.map(({ open, updatedAt: _at, byId: _by, ...risk }) => ({
          ...risk,
          open: open === 1,
        })),
        maySign:
          context.actor.kind !== 'key' && mayAct(context.actor.role, 'lead') && version.state !== 'locked',
      }
    }),

  baseline: read({
    role: 'viewer',
    summary: 'Net sales of the open periods: as planned, as forecast, and by last year at this year’s level',
  })
    .input(Of)
    .output(
      z.object({
        metric: z.string(),
        line: text,
        growth: text,
        days: z.int().describe('How many days of a year were compared for the growth'),
        periods: z.array(
          z.object({
            period: z.string(),
            label: z.string(),
            plan: text,
            forecast: text,
            low: text.describe('Lower end of the 80 % interval of the forecast'),
            high: text,
            season: z
              .number()
              .nullable()
              .describe('Share of its days to come that rest on the season carried on, not on the models'),
            naive: text,
          }),
        ),
        ahead: z
          .object({
            until: z.string(),
            levelDays: z.int(),
            tried: z.int(),
            error: z.number().nullable(),
            notes: z.array(z.string()),
          })
          .nullable()
          .describe(
            'How the season is carried on beyond the models, and how that did when tried on the past',
          ),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      return baselineOf(context, await versionOf(context, input.version))
    }),

  bring: writeLast({
    role: 'contributor',
    summary: 'Bring a line of a version to figures, by the volume it follows from',
    agents: false,
  })
    .input(
      Of.extend({
        line: z.string(),
        values: z
          .array(z.object({ period: z.string(), value: decimal }))
          .min(1)
          .max(160),
        why: z.string().trim().min(1).max(500),
      }),
    )
    .output(z.object({ cells: z.int(), seq: z.int() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version)
      const rows = await rowsOf(context, version.id)
      const plan = calculate(version.sheet, inputsOf(version.sheet, rows))
      const closed = new Set(await closedIn(context, version))
      const shut = input.values.find(one => closed.has(one.period))
      if (shut) throw invalid(`${shut.period} is closed: it holds actuals.`, 'Leave closed periods out.')
      const heads = new Map(rows.map(row => [`${row.line}\u001e${row.slice}`, row.cells]))
      const edits = input.values.flatMap(one => {
        const inputs = broughtTo(plan, { line: input.line, ...one })
        plan.set(inputs)
        return inputs.map(({ value, ...place }) => ({
          ...place,
          value,
          id: randomUUID(),
          after: (heads.get(`${place.line}\u001e${sliceKey(place.slice)}`)?.[place.period] ?? []).filter(
            (_, n) => n % 2 === 0,
          ) as string[],
        }))
      })
      return context.record(async inside => {
        const held = await versionOf(inside, version.id, true)
        const { applied } = await edit(inside, held, edits, input.why)
        inside.note({
          subject: `plan ${held.id}`,
          after: { line: input.line, values: input.values, why: input.why },
        })
        return { cells: applied, seq: await lastSeq(inside, held.id) }
      })
    }),

  signStep: write({
    role: 'lead',
    summary: 'Sign a step of a reforecast, or take the signature back',
    agents: false,
  })
    .input(
      Of.extend({
        step: z.enum(signedSteps),
        signed: z.boolean().default(true),
        note: z.string().max(500).default(''),
      }),
    )
    .output(Done)
    .handler(async ({ input, context }) => {
      const version = await changeable(context, input.version)
      const state = await heldState(context, version.id)
      const { [input.step]: before, ...others } = state.steps
      const at = context.clock().toISOString()
      const content = await signedPrint[input.step](context, version)
      const signed = { byName: context.actor.name, at, note: input.note, content }
      const steps = input.signed ? { ...others, [input.step]: signed } : others
      await context.ledger
        .update(tables.reforecasts)
        .set({ steps, updatedAt: at })
        .where(eq(tables.reforecasts.version, version.id))
      context.note({
        subject: `reforecast ${version.id}, ${input.step}`,
        before: before ?? null,
        after: input.signed ? { signed: true, note: input.note } : { signed: false },
      })
      return done
    }),

  acceptCheck: write({
    role: 'lead',
    summary:
      'Accept that a check of a reforecast fails or is not known, saying why; it counts while it says the same',
    agents: false,
  })
    .input(
      Of.extend({
        check: z.enum(checkNames),
        says: z.string().max(2000).describe('What the check said when it was accepted'),
        why: z.string().max(1000).describe('Empty takes the acceptance back'),
      }),
    )
    .output(Done)
    .handler(async ({ input, context }) => {
      const version = await changeable(context, input.version)
      const state = await heldState(context, version.id)
      const { [input.check]: before, ...others } = state.accepted
      const at = context.clock().toISOString()
      const why = input.why.trim()
      const accepted = why
        ? { ...others, [input.check]: { says: input.says, why, byName: context.actor.name, at } }
        : others
      await context.ledger
        .update(tables.reforecasts)
        .set({ accepted, updatedAt: at })
        .where(eq(tables.reforecasts.version, version.id))
      context.note({
        subject: `reforecast ${version.id}, check ${input.check}`,
        before: before ?? null,
        after: why ? { says: input.says, why } : null,
      })
      return done
    }),

  saveCapacity: write({
    role: 'contributor',
    summary: 'Say how many orders can be shipped in a day, for the check of a reforecast',
    agents: false,
  })
    .input(
      Of.extend({
        capacity: z
          .string()
          .regex(/^\d{1,9}$/, 'is no number of orders: write 1200')
          .nullable(),
      }),
    )
    .output(Done)
    .handler(async ({ input, context }) => {
      const version = await changeable(context, input.version)
      const state = await heldState(context, version.id)
      await context.ledger
        .update(tables.reforecasts)
        .set({ capacity: input.capacity, updatedAt: context.clock().toISOString() })
        .where(eq(tables.reforecasts.version, version.id))
      context.note({
        subject: `reforecast ${version.id}, capacity`,
        before: state.capacity,
        after: input.capacity,
      })
      return done
    }),

  saveRisk: write({
    role: 'contributor',
    summary: 'Add or change a risk or an opportunity of a reforecast',
    agents: false,
  })
    .input(RiskShape)
    .output(z.object({ id: z.string(), saved: z.int() }))
    .handler(async ({ input: { saved, open, ...given }, context }) => {
      const version = await changeable(context, given.version)
      if (!version.sheet.lines.some(line => line.name === given.line))
        throw invalid(`The plan has no line "${given.line}".`)
      const unknown = Object.keys(given.impact).find(
        key => !version.sheet.periods.some(period => period.key === key),
      )
      if (unknown) throw invalid(`The plan has no period "${unknown}".`)
      const id = given.id ?? randomUUID()
      const [before] = await context.ledger
        .select()
        .from(tables.risks)
        .where(eq(tables.risks.id, id))
        .for('update')
      if (before && (before.saved !== saved || before.version !== given.version))
        throw new Failure('conflict', `${before.title} was changed by somebody else meanwhile.`, {
          next: 'Read it again and repeat your change.',
        })
      const next = (before?.saved ?? 0) + 1
      const values = {
        ...given,
        id,
        open: open ? 1 : 0,
        saved: next,
        byId: context.actor.id,
        byName: context.actor.name,
        updatedAt: context.clock().toISOString(),
      }
      if (before) await context.ledger.update(tables.risks).set(values).where(eq(tables.risks.id, id))
      else await context.ledger.insert(tables.risks).values(values)
      context.note({ subject: `${given.kind} ${given.title}`, before: before ?? null, after: values })
      return { id, saved: next }
    }),
}
