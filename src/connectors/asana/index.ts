import type { Checked, Connector, Stream } from '../connector.ts'
import { act } from './act.ts'
import { deletions } from './deletions.ts'
import { hooks } from './hooks.ts'
import { moves } from './moves.ts'
import { get, openAsana, projectsOf, type Session, workspacesOf } from './session.ts'
import { changedTasks, everyTask } from './tasks.ts'

async function check(session: Session): Promise<Checked> {
  const workspaces = await workspacesOf(session)
  const projects = await projectsOf(session)
  return {
    account: workspaces.map(one => one.name).join(', '),
    shops: [],
    limits: projects.length === 0 ? ['The token’s owner sees no project: no tasks will be read.'] : [],
    facts: {},
  }
}

/** Asana: projects, their tasks and parts of tasks, both ways. */
export const asana: Connector<Session> = {
  vendor: 'asana',
  name: 'Asana',
  about:
    'Tasks of projects with their sections, owners, due days and custom fields; new ones are made from here.',
  fields: [
    {
      name: 'token',
      label: 'Personal access token',
      about: 'Asana → Settings → Apps → View developer console → Personal access tokens.',
      secret: true,
    },
    {
      name: 'workspace',
      label: 'Workspace',
      about: 'Its name, where only one of several is meant.',
      optional: true,
    },
    {
      name: 'calls',
      label: 'Calls a minute',
      about:
        'What your Asana plan allows: 150 on the free plan, 1500 on paid ones. 150 when nothing is given; it decides how soon the moves of older tasks are read.',
      optional: true,
    },
  ],
  guide: [
    'In Asana open Settings → Apps → View developer console.',
    'Make a personal access token called Quarterdeck, as somebody who is a member of the projects meant.',
    'Copy it and give it here. It reads all that person sees; it writes only what is asked for here.',
  ],
  open: openAsana,
  quotas: session => session.quotas(),
  async clock(session) {
    await get(session, '/users/me', { opt_fields: 'name' })
    return session.http.clock()
  },
  check,
  streams: [everyTask, changedTasks, deletions, moves] as readonly Stream<Session, unknown>[],
  hooks,
  act,
}
