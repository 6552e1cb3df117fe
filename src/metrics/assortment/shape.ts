import { z } from 'zod'
import { Answer, Query } from '../query.ts'
import { graded, grades, productLines, productOrders } from './model.ts'

/** What is asked and told of the assortment, between the operation and the screen. */

export const ProductsAsked = Query.pick({
  window: true,
  from: true,
  to: true,
  stores: true,
  currency: true,
  filters: true,
}).extend({
  by: z.enum(productLines).default('product').describe('One line for each product, category or brand'),
  gradedBy: z.enum(graded).default('net_sales').describe('What products are graded by'),
  compare: Query.shape.compare.unwrap().element.optional().describe('What net sales are compared with'),
  grades: z.array(z.enum(grades)).default([]).describe('Only these grades; all when empty'),
  search: z.string().max(200).default('').describe('In title, code, category or brand'),
  sort: z
    .object({
      by: z.enum(productOrders).describe('net_sales_change: against compare, in parts of it'),
      desc: z.boolean(),
    })
    .default({ by: 'net_sales', desc: true }),
  limit: z.int().min(1).max(10_000).default(100),
  offset: z.int().min(0).default(0),
})
export type ProductsAsked = z.infer<typeof ProductsAsked>

export const ProductsTold = Answer.extend({
  grades: z
    .array(
      z.object({
        grade: z.enum(grades),
        products: z.int(),
        amount: z.string().describe('Of what products are graded by'),
        share: z.string().nullable().describe('Of the sum over all products; null where that is not above 0'),
      }),
    )
    .describe('All products of the question, whatever is searched for'),
  demand: z.object({
    from: z.string(),
    to: z.string(),
    seasonal: z.boolean().describe('Whether last year is known, and so how it went on from there'),
  }),
  unpaced: z
    .int()
    .describe(
      'Products out of stock whose lost sales are not known, as their pace before is not: no part of the total',
    ),
  stockDays: z.int().describe('The most days of the period on which the stock of a product is known'),
})
export type ProductsTold = z.infer<typeof ProductsTold>
