import { z } from 'zod'
import { read } from '#features/base.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { sliceKey } from '#kernel/plan/sheet.ts'
import { template } from '#kernel/plan/templates.ts'
import { rowsOf, versionOf, wholeCompany } from './cells.ts'
import { blockOf } from './pasted.ts'
import { guessRows, rememberedRows } from './sheet-rows.ts'
import { worked } from './versions.ts'
import { differencesIn, sheetText, workbookOf } from './workbook.ts'

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const limit = 30_000_000

/** A version out to a spreadsheet and back: what differs is shown, and taken with plan.edit. */
export const workbookOperations = {
  exportSheet: read({ role: 'viewer', summary: 'A version as a workbook with live formulas, or as CSV' })
    .input(z.object({ version: z.string(), format: z.enum(['xlsx', 'csv']).default('xlsx') }))
    .output(z.file())
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      const plan = await worked(context, version)
      if (input.format === 'xlsx')
        return new File([(await workbookOf(plan, version.name)) as BlobPart], `${version.id}.xlsx`, {
          type: xlsx,
        })
      const quoted = (text: string) => {
        const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
        return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
      }
      const lines = [['Line', 'Name', 'Slice', ...plan.sheet.periods.map(period => period.key)]]
      plan.sheet.lines.forEach((line, at) => {
        const slices = plan.slices(at)
        for (let n = 0; n < slices.count; n += 1)
          lines.push([
            line.label,
            line.name,
            slices.members(n).join(' · '),
            ...plan.sheet.periods.map((_, period) => plainOrNull(plan.at(at, n, period)) ?? ''),
          ])
      })
      return new File(
        [`\ufeff${lines.map(row => row.map(quoted).join(',')).join('\r\n')}\r\n`],
        `${version.id}.csv`,
        { type: 'text/csv;charset=utf-8' },
      )
    }),

  readRows: read({
    role: 'lead',
    summary: 'Rows of a pasted sheet or a workbook, and what each was last time; nothing is taken',
    agents: false,
  })
    .input(
      z.object({
        text: z.string().max(2_000_000).optional(),
        file: z.file().max(limit).optional(),
        sheet: z.string().optional(),
        trade: z.enum(['b2c', 'b2b', 'both']).default('b2c'),
      }),
    )
    .output(
      z.object({
        text: z.string(),
        sheet: z.string().nullable(),
        sheets: z.array(z.string()),
        rows: z.array(
          z.object({ label: z.string(), cells: z.array(z.string()), line: z.string().nullable() }),
        ),
        lines: z.array(z.object({ name: z.string(), label: z.string() })),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const read = input.file
        ? await sheetText(new Uint8Array(await input.file.arrayBuffer()), input.sheet)
        : { text: input.text ?? '', sheet: null, sheets: [] }
      const rows = blockOf(read.text)
        .slice(1)
        .map(row => ({ label: (row[0] ?? '').trim(), cells: row.slice(1, 4) }))
        .filter(row => row.label !== '' && row.cells.some(cell => cell.trim() !== ''))
      const lines = template({ trade: input.trade, over: [] })
      const guessed = guessRows(
        rows.map(row => row.label),
        lines,
        await rememberedRows(context),
      )
      return {
        ...read,
        rows: rows.map(row => ({ ...row, line: guessed[row.label] ?? null })),
        lines: lines.filter(line => line.formula === null).map(({ name, label }) => ({ name, label })),
      }
    }),

  differences: read({
    role: 'contributor',
    summary: 'What a workbook changes of the version it came from; nothing is taken',
    agents: false,
  })
    .input(z.object({ version: z.string(), file: z.file().max(limit) }))
    .output(
      z.object({
        edits: z.array(
          z.object({
            line: z.string(),
            slice: z.array(z.string()),
            period: z.string(),
            before: z.string().nullable(),
            value: z.string().nullable(),
            after: z.array(z.string()),
          }),
        ),
        wrong: z.array(z.string()),
        unknown: z.array(z.string()),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      const plan = await worked(context, version)
      const found = await differencesIn(new Uint8Array(await input.file.arrayBuffer()), plan)
      const heads = new Map(
        (await rowsOf(context, version.id)).map(row => [`${row.line}\u001e${row.slice}`, row.cells]),
      )
      return {
        edits: found.cells.map(({ slice, ...one }) => ({
          ...one,
          slice: [...slice],
          after: (heads.get(`${one.line}\u001e${sliceKey(slice)}`)?.[one.period] ?? []).filter(
            (_, n) => n % 2 === 0,
          ) as string[],
        })),
        wrong: found.wrong.slice(0, 200),
        unknown: found.unknown.slice(0, 200),
      }
    }),
}
