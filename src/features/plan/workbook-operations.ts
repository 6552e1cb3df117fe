import { z } from 'zod'
import { read } from '#features/base.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { fixed, plainOrNull } from '#kernel/plan/fixed.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import { addressKey } from '#kernel/plan/sheet.ts'
import { template } from '#kernel/plan/templates.ts'
import { editedSince, lastSeq, rowsOf, seenIn, versionOf, wholeCompany } from './cells.ts'
import { blockOf } from './pasted.ts'
import { guessRows, rememberedRows } from './sheet-rows.ts'
import { worked } from './versions.ts'
import { differencesIn, sameFigure, sheetText, workbookOf } from './workbook.ts'

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
      // Asked before the figures are read: what is edited between the two counts as edited since.
      const seq = await lastSeq(context, version.id)
      const plan = await worked(context, version)
      if (input.format === 'xlsx') {
        const book = await workbookOf(plan, version.name, { version: version.id, seq })
        return new File([book as BlobPart], `${version.id}.xlsx`, { type: xlsx })
      }
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
    summary:
      'What a workbook changes of the version it came from, beside what others changed since; nothing is taken',
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
            meanwhile: z
              .object({ by: z.string(), at: z.string() })
              .nullable()
              .describe('Who edited the cell after the workbook was made: taken, both figures are kept'),
          }),
        ),
        left: z.int().describe('Cells edited after the workbook was made that it does not change: they stay'),
        wrong: z.array(z.string()),
        unknown: z.array(z.string()),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      // Of one reading: what a cell holds, and which edits that is of.
      const rows = await rowsOf(context, version.id)
      const plan = calculate(version.sheet, inputsOf(version.sheet, rows))
      const found = await differencesIn(new Uint8Array(await input.file.arrayBuffer()), plan)
      const seen = seenIn(rows)
      const { mark } = found
      const news = mark?.version === version.id ? await editedSince(context, version.id, mark.seq) : null
      const lines = new Map(version.sheet.lines.map(line => [line.name, line]))
      let left = 0
      const edits = found.cells.flatMap(({ slice, ...one }) => {
        const cell = { ...one, slice: [...slice] }
        const since = news?.get(addressKey(cell))
        const before = since?.before == null ? null : fixed(since.before)
        if (since && sameFigure(cell.value, before, lines.get(cell.line) ?? {})) {
          left += 1
          return []
        }
        return {
          ...cell,
          after: seen(cell).filter(id => !since?.ids.has(id)),
          meanwhile: since ? { by: since.by, at: since.at } : null,
        }
      })
      return {
        edits,
        left,
        wrong: found.wrong.slice(0, 200),
        unknown: found.unknown.slice(0, 200),
      }
    }),
}
