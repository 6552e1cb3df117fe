import { z } from 'zod'

/** What is said of tasks and cards, between the room's operations and its screen. */

export const WorkInput = z.object({
  platform: z.string().optional().describe('asana or trello'),
  project: z.string().optional().describe('Project or board'),
  state: z.enum(['open', 'done', 'archived']).optional(),
  search: z.string().max(200).optional().describe('Part of the title or of who does it'),
  asOf: z.iso.date().optional().describe('The day for which what is late is counted; none is when absent'),
  limit: z.int().min(1).max(1000).optional().describe('200 when absent'),
})
export type WorkInput = z.infer<typeof WorkInput>

const WorkRow = z.object({
  store: z.string(),
  platform: z.string(),
  task: z.string().describe('The platform’s own id'),
  project: z.string(),
  section: z.string(),
  parent: z.string().describe('Task it is a part of; empty for none'),
  title: z.string(),
  assignee: z.string(),
  state: z.string(),
  created: z.string().nullable(),
  due: z.string().nullable(),
  done: z.string().nullable(),
  labels: z.string(),
  url: z.string(),
})
export type WorkRow = z.infer<typeof WorkRow>

export const WorkFound = z.object({
  rows: z.array(WorkRow),
  count: z.number().describe('How many there are, shown or not'),
  late: z.number().describe('How many of them are open and were due before that day, shown or not'),
  projects: z
    .array(z.object({ platform: z.string(), project: z.string() }))
    .describe('All that can be chosen'),
})
export type WorkFound = z.infer<typeof WorkFound>
