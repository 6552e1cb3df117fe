import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { read } from '#features/base.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { fixed } from '#kernel/plan/fixed.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import { addressKey, placeWords } from '#kernel/plan/sheet.ts'
import { template } from '#kernel/plan/templates.ts'
import { closedIn, editedSince, lastSeq, rowsOf, seenIn, versionOf, wholeCompany } from './cells.ts'
import { DifferencesShape } from './edit-shapes.ts'
import { differencesIn, sameFigure } from './file-differences.ts'
import { blockOf } from './pasted.ts'
import { csvOf, csvRead } from './sheet-csv.ts'
import { guessRows, rememberedRows } from './sheet-rows.ts'
import { worked } from './versions.ts'
import { bookRead, sheetText, workbookOf } from './workbook.ts'

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
      return new File([csvOf(plan, { version: version.id, seq })], `${version.id}.csv`, {
        type: 'text/csv;charset=utf-8',
      })
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
      'What a changed file (XLSX or CSV) says otherwise than the version it came from; nothing is taken: plan.edit takes the answer',
    agents: false,
  })
    .input(z.object({ version: z.string(), file: z.file().max(limit) }))
    .output(DifferencesShape)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      // Of one reading: what a cell holds, and which edits that is of.
      const rows = await rowsOf(context, version.id)
      const plan = calculate(version.sheet, inputsOf(version.sheet, rows))
      const bytes = new Uint8Array(await input.file.arrayBuffer())
      const file = isBook(bytes) ? await bookRead(bytes, version.sheet) : csvRead(bytes, version.sheet)
      const found = differencesIn(file, plan)
      const closed = new Set(await closedIn(context, version))
      const wrong = [...found.wrong]
      const seen = seenIn(rows)
      const { mark } = found
      const news = mark?.version === version.id ? await editedSince(context, version.id, mark.seq) : null
      const lines = new Map(version.sheet.lines.map(line => [line.name, line]))
      let left = 0
      const edits = found.cells.flatMap(({ slice, ...one }) => {
        const cell = { ...one, slice: [...slice] }
        if (closed.has(one.period)) {
          wrong.push(`${placeWords(version.sheet, cell)} is closed: it holds actuals`)
          return []
        }
        const since = news?.get(addressKey(cell))
        const before = since?.before == null ? null : fixed(since.before)
        if (since && sameFigure(cell.value, before, lines.get(cell.line) ?? {})) {
          left += 1
          return []
        }
        return {
          ...cell,
          id: randomUUID(),
          after: seen(cell).filter(id => !since?.ids.has(id)),
          meanwhile: since ? { by: since.by, at: since.at } : null,
        }
      })
      return {
        version: version.id,
        edits,
        left,
        wrong: wrong.slice(0, 200),
        unknown: found.unknown.slice(0, 200),
        of: mark && mark.version !== version.id ? mark.version : null,
      }
    }),
}

/** A workbook is a ZIP archive, and begins as one. */
const isBook = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b
