import { z } from 'zod'

/** Conversations about a number, a chart or a block, as the operations say them. */

/**
 * What is talked about, short enough for an address: figure:<metric>:<from>..<to>[:<filters>], chart:<id>:<from>..<to>[:<filters>],
 * block:<deck>:<block>:<week>, alert:<id>.
 */
const Subject = z
  .string()
  .max(500)
  .regex(/^(figure|chart|block|alert):[^\s].*$/, 'is no subject: figure:…, chart:…, block:… or alert:…')

export const About = z.object({
  subject: Subject,
  stores: z
    .array(z.string())
    .max(100)
    .default([])
    .describe('Stores the number is of; all one may see when absent'),
})

export const Comment = z.object({
  id: z.string(),
  text: z.string(),
  by: z.object({ id: z.string(), name: z.string() }),
  at: z.string(),
  removed: z.boolean(),
  mentions: z.array(z.object({ id: z.string(), name: z.string() })),
})
export type Comment = z.infer<typeof Comment>

export const Thread = z.object({
  subject: z.string(),
  title: z.string(),
  comments: z.array(Comment),
})

export const Say = About.extend({
  title: z.string().trim().min(1).max(200).describe('What it is about, in words'),
  path: z
    .string()
    .max(2000)
    .regex(/^\/(?!\/)/, 'is no path of this server')
    .describe('Screen it can be seen on, with its search'),
  text: z.string().trim().min(1).max(4000),
  mentions: z.array(z.string()).max(20).default([]).describe('Ids of people'),
})

/** Somebody was mentioned: where, by whom, what was said. */
export const Mention = z.object({
  comment: z.string(),
  title: z.string(),
  path: z.string(),
  subject: z.string(),
  text: z.string(),
  by: z.string(),
  at: z.string(),
  seen: z.boolean(),
})
