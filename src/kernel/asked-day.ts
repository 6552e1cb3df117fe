import { z } from 'zod'

const [first, last] = ['1900-01-01', '2199-12-31']

/**
 * A day somebody may ask about or plan for. Days are walked one by one, and those of a slip of the keyboard, as of the year
 * 9999, would take the server with them.
 */
export const askedDay = z.iso
  .date({ error: 'is a day that exists, e.g. 2026-03-31' })
  .refine(day => day >= first && day <= last, { error: `is a day between ${first} and ${last}`, abort: true })
