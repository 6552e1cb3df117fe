import { Hono } from 'hono'
import { lettersOf, type MailingProgram, programsOf } from '../company/mailing-events.ts'
import { midnight } from '../company/stores.ts'
import type { World } from '../world.ts'
import { given, refused } from './answer.ts'

/** Assets have dates of their own kind. */
const odd = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z+0000`
const nothing = { errors: [], warnings: ['No assets found for the given search criteria.'] }

/** Programmes with their costs, e-mails, channels. */
export function assetRoutes(world: World): Hono {
  const app = new Hono()
  const { company } = world

  const window = (query: Record<string, string>): { most: number; start: number } | null => {
    const most = Number(query.maxReturn ?? 20)
    const start = Number(query.offset ?? 0)
    return most >= 1 && most <= 200 && start >= 0 ? { most, start } : null
  }
  const plain = (one: MailingProgram) => ({
    id: one.id,
    name: one.name,
    description: '',
    createdAt: odd(midnight('UTC', one.from) + 6 * 3_600_000),
    updatedAt: odd(one.updatedAt),
    url: `https://app.marketo.test/#PG${one.id}A1`,
    type: one.type,
    channel: one.channel,
    folder: { type: 'Folder', value: 28, folderName: 'Mail' },
    status: one.type === 'Engagement' ? 'on' : '',
    workspace: 'Default',
    headStart: false,
  })
  app.get('/rest/asset/v1/programs.json', context => {
    const at = window(context.req.query())
    if (!at) return refused(context, '1003', 'maxReturn must be 1 to 200')
    // A list of programmes tells no costs.
    const some = programsOf(company, world.now()).slice(at.start, at.start + at.most)
    return given(context, some.length > 0 ? { errors: [], warnings: [], result: some.map(plain) } : nothing)
  })
  app.get('/rest/asset/v1/program/:file', context => {
    const id = Number.parseInt(context.req.param('file'), 10)
    const found = programsOf(company, world.now()).find(one => one.id === id)
    if (!found) return given(context, nothing)
    return given(context, {
      errors: [],
      warnings: [],
      result: [
        {
          ...plain(found),
          tags: [],
          costs:
            found.costs.length === 0
              ? null
              : found.costs.map(({ month, coins }) => ({
                  startDate: month,
                  cost: coins / 100,
                  note: 'Studio and sending',
                })),
        },
      ],
    })
  })
  app.get('/rest/asset/v1/emails.json', context => {
    const at = window(context.req.query())
    if (!at) return refused(context, '1003', 'maxReturn must be 1 to 200')
    const some = lettersOf(company, world.now()).slice(at.start, at.start + at.most)
    const made = (one: (typeof some)[number]) => odd(midnight('UTC', one.day))
    return given(
      context,
      some.length > 0
        ? {
            errors: [],
            warnings: [],
            result: some.map(one => ({
              id: one.id,
              name: one.name,
              description: '',
              createdAt: made(one),
              updatedAt: made(one),
              url: null,
              subject: { type: 'Text', value: one.name },
              fromName: { type: 'Text', value: 'Larkfield' },
              fromEmail: { type: 'Text', value: 'news@larkfield.example' },
              replyEmail: { type: 'Text', value: 'news@larkfield.example' },
              folder: { type: 'Program', value: one.program, folderName: 'Mail' },
              operational: false,
              textOnly: false,
              publishToMSI: false,
              webView: true,
              status: 'approved',
              template: null,
              workspace: 'Default',
            })),
          }
        : nothing,
    )
  })
  return app
}
