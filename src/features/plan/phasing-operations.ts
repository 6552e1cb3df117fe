import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { phase, phaseHours, timesOf } from '#forecast/phasing.ts'
import { askedDay as day } from '#kernel/asked-day.ts'
import type { Day } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { plainOf, rounded } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import type { HourWeights } from '#kernel/plan/sheet.ts'
import * as tables from '#postgres/tables/plan.ts'
import { changeable, touched, versionOf, wholeCompany } from './cells.ts'
import { filledIn, keptOf } from './copies.ts'
import { hoursOf } from './hours.ts'
import { dayOrWeekday, hour } from './model.ts'
import { shapesOf } from './shapes.ts'

/** Weights of hours with some of them changed: null goes back to the weekday's, or to history; a day without any is none. */
const weighed = (
  before: HourWeights,
  said: Record<string, Record<string, number | null>>,
): Record<string, Record<string, number>> =>
  Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(said)])].sort().flatMap(key => {
      const all = Object.entries({ ...before[key], ...said[key] })
      const own = all.filter((one): one is [string, number] => one[1] !== null)
      return own.length > 0 ? [[key, Object.fromEntries(own)]] : []
    }),
  )

/** How a version goes over days and hours: as the shop trades, and as somebody who knows better says. */
export const phasingOperations = {
  phasing: read({
    role: 'viewer',
    summary: 'A line of a version over the days of a period, and over the hours of one of them',
  })
    .input(
      z.object({
        version: z.string(),
        line: z.string(),
        period: z.string(),
        day: day.optional().describe('A day of the period to go on to hours'),
        copy: z.string().optional().describe('As a kept copy of it has them; as it is now where absent'),
      }),
    )
    .output(
      z.object({
        unit: z.string(),
        currency: z.string(),
        amount: z.string(),
        revision: z.int(),
        days: z.array(
          z.object({
            day: z.string(),
            amount: z.string(),
            share: z.number(),
            why: z.array(z.string()),
            times: z.number().describe('1 as history has it'),
          }),
        ),
        hours: z.array(z.string()).nullable(),
        hourTimes: z
          .array(z.number().nullable())
          .nullable()
          .describe('What people say each hour weighs, times its history; null where they say nothing'),
        notes: z.array(z.string()),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      const kept = await keptOf(context, version, input.copy)
      const asked = await filledIn(context, version, input.copy === undefined ? null : kept)
      const plan = calculate(asked.sheet, asked.figures)
      const { periods, lines, currency, phasing = {}, hours: hourly = {} } = plan.sheet
      const line = lines.find(one => one.name === input.line)
      const at = periods.findIndex(one => one.key === input.period)
      const period = periods[at]
      if (!line || !period) throw invalid('The plan has no such line or period.')
      if (line.roll !== 'sum')
        throw invalid(
          `${line.label} does not add up over days.`,
          'Choose a line that does, such as net sales.',
        )
      const value = rolled(plan, line.name, { members: {}, first: at, last: at })
      if (value === null) throw invalid(`${line.label} has no figure in ${period.label} yet.`)
      const places = line.unit === 'money' ? minorUnits(currency) : 4
      const amount = plainOf(rounded(value, places))
      const shapeFor = await shapesOf(context, kept)
      const shape = (await shapeFor(line.metric ?? 'net_sales', '')) ?? {
        weight: () => 1,
        why: () => ['no history'],
        notes: ['There is no history: days share evenly.'],
      }
      const days = phase(amount, period.from, period.to, shape, { places, adjustments: phasing })
      const one = days.find(own => own.day === input.day)
      if (input.day && !one) throw invalid(`${input.day} is not in ${period.label}.`)
      const ran = one ? await hoursOf(context, kept, line.metric ?? 'net_sales') : null
      return {
        unit: line.unit,
        currency,
        amount,
        revision: version.revision,
        days: days.map(own => ({ ...own, why: shape.why(own.day), times: phasing[own.day] ?? 1 })),
        hours: one && ran ? phaseHours(one.amount, one.day, ran.counts, places, hourly) : null,
        hourTimes: one && ran ? timesOf(one.day, hourly).map(times => times ?? null) : null,
        notes: [...new Set([...shape.notes, ...(ran?.notes ?? [])])],
      }
    }),

  adjustPhasing: write({
    role: 'lead',
    summary:
      'Let days and hours of a version weigh more or less than history says; its periods and days stay what they are in all',
    agents: false,
  })
    .input(
      z.object({
        version: z.string(),
        /** By day: 1.5 is half as much again, 1 or null as history has it. */
        days: z.record(day, z.number().min(0).max(100).nullable()).default({}),
        hours: z
          .record(dayOrWeekday, z.record(hour, z.number().min(0).max(100).nullable()))
          .default({})
          .describe(
            'By day, or weekday (1 Monday … 7 Sunday): what each hour weighs, null as history has it',
          ),
        revision: z.int(),
      }),
    )
    .output(z.object({ revision: z.int() }))
    .handler(async ({ input, context }) => {
      const version = await changeable(context, input.version)
      if (version.state === 'submitted')
        throw new Failure('conflict', `${version.name} waits for approval: its phasing cannot change.`)
      if (version.revision !== input.revision)
        throw new Failure('conflict', `${version.name} was changed by somebody else meanwhile.`, {
          next: 'Open it again and repeat your change.',
          details: { revision: version.revision },
        })
      const { from } = version.sheet.periods[0] ?? { from: '' }
      const { to } = version.sheet.periods.at(-1) ?? { to: '' }
      const outside = [
        ...Object.keys(input.days),
        ...Object.keys(input.hours).filter(one => one.length > 1),
      ].find(one => one < from || one > to)
      if (outside) throw invalid(`${outside} is not in ${version.name}.`)
      const all = Object.entries<number | null>({ ...version.sheet.phasing, ...input.days })
      const phasing = Object.fromEntries(
        all.filter((one): one is [Day, number] => one[1] !== null && one[1] !== 1).sort(),
      )
      const hours = weighed(version.sheet.hours ?? {}, input.hours)
      const revision = version.revision + 1
      await context.ledger
        .update(tables.versions)
        .set({
          sheet: { ...version.sheet, phasing, hours },
          revision,
          updatedAt: context.clock().toISOString(),
        })
        .where(eq(tables.versions.id, version.id))
      await touched(context, version)
      context.note({
        subject: `plan ${version.id}`,
        before: { phasing: version.sheet.phasing ?? {}, hours: version.sheet.hours ?? {} },
        after: { phasing, hours },
      })
      return { revision }
    }),
}
