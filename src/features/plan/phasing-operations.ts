import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { phase, phaseHours } from '#forecast/phasing.ts'
import type { Day } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { plainOf, rounded } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import * as tables from '#postgres/tables/plan.ts'
import { changeable, touched, versionOf, wholeCompany } from './cells.ts'
import { hoursOf } from './hours.ts'
import { shapesOf } from './shapes.ts'
import { worked } from './versions.ts'

const day = z.iso.date()

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
        notes: z.array(z.string()),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      const plan = await worked(context, version)
      const { periods, lines, currency, phasing = {} } = plan.sheet
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
      const shapeFor = await shapesOf(context, version)
      const shape = (await shapeFor(line.metric ?? 'net_sales', '')) ?? {
        weight: () => 1,
        why: () => ['no history'],
        notes: ['There is no history: days share evenly.'],
      }
      const days = phase(amount, period.from, period.to, shape, { places, adjustments: phasing })
      const one = days.find(own => own.day === input.day)
      if (input.day && !one) throw invalid(`${input.day} is not in ${period.label}.`)
      const ran = one ? await hoursOf(context, version) : null
      return {
        unit: line.unit,
        currency,
        amount,
        revision: version.revision,
        days: days.map(own => ({ ...own, why: shape.why(own.day), times: phasing[own.day] ?? 1 })),
        hours: one && ran ? phaseHours(one.amount, one.day, ran.counts, places) : null,
        notes: [...new Set([...shape.notes, ...(ran?.notes ?? [])])],
      }
    }),

  adjustPhasing: write({
    role: 'lead',
    summary: 'Let days of a version weigh more or less than history says; its periods stay what they are',
    agents: false,
  })
    .input(
      z.object({
        version: z.string(),
        /** By day: 1.5 is half as much again, 1 or null as history has it. */
        days: z.record(day, z.number().min(0).max(100).nullable()),
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
      const outside = Object.keys(input.days).find(one => one < from || one > to)
      if (outside) throw invalid(`${outside} is not in ${version.name}.`)
      const all = Object.entries<number | null>({ ...version.sheet.phasing, ...input.days })
      const phasing = Object.fromEntries(
        all.filter((one): one is [Day, number] => one[1] !== null && one[1] !== 1).sort(),
      )
      const revision = version.revision + 1
      await context.ledger
        .update(tables.versions)
        .set({ sheet: { ...version.sheet, phasing }, revision, updatedAt: context.clock().toISOString() })
        .where(eq(tables.versions.id, version.id))
      await touched(context, version)
      context.note({
        subject: `plan ${version.id}`,
        before: { phasing: version.sheet.phasing ?? {} },
        after: { phasing },
      })
      return { revision }
    }),
}
