import { z } from 'zod'

/** Edits of cells as they are sent, and as a file's differences tell them. */

const Address = z.object({ line: z.string(), slice: z.array(z.string()).default([]), period: z.string() })

export const EditShape = Address.extend({
  id: z.string().regex(/^[\w-]{8,40}$/),
  after: z
    .array(z.string())
    .max(50)
    .optional()
    .describe('Ids of the edits that stood in the cell when it was made; else those at `seen`'),
  value: z.string().max(60).nullable(),
})

const DifferenceShape = Address.extend({
  id: z.string(),
  before: z.string().nullable(),
  value: z.string().nullable(),
  after: z.array(z.string()),
  meanwhile: z
    .object({ by: z.string(), at: z.string() })
    .nullable()
    .describe('Who edited the cell after the file was made: taken, both figures are kept'),
})

/** What a file would change in a version. */
export const DifferencesShape = z.object({
  version: z.string(),
  edits: z.array(DifferenceShape),
  left: z.int().describe('Cells edited after the file was made that it does not change: they stay'),
  wrong: z.array(z.string()).describe('Cells that cannot be taken, and why'),
  unknown: z.array(z.string()).describe('Rows that are not of this plan: they are left out'),
  of: z.string().nullable().describe('The version the file was made of, where that is another'),
})

/** Edits as they are sent, also just as a file's differences tell them: what stands beside those changes nothing. */
export const EditsShape = DifferencesShape.omit({ version: true, edits: true })
  .partial()
  .extend({
    edits: z
      .array(EditShape.extend(DifferenceShape.pick({ before: true, meanwhile: true }).partial().shape))
      .min(1)
      .max(60_000),
  })
