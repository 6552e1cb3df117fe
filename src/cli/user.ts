import { type Role, roles } from '#kernel/actor.ts'
import { connected } from './connect.ts'
import { recordsTable } from './print.ts'
import { type Terminal, WrongUse } from './terminal.ts'

/** Who may sign in, and who was invited. */
export async function list(terminal: Terminal): Promise<void> {
  await connected(terminal, 'user list', async client => {
    const all = await client.members.list()
    if (terminal.json) return terminal.out(JSON.stringify(all))
    const rows = [
      ...all.people.map(({ email, name, role, stores }) => ({ email, name, role, stores, state: 'active' })),
      ...all.invitations.map(({ email, role, stores }) => ({
        email,
        name: '',
        role,
        stores,
        state: 'invited',
      })),
    ]
    terminal.out(
      rows.length > 0 ? recordsTable(rows) : 'Nobody yet. Start Quarterdeck: it prints the set-up link.',
    )
  })
}

/** Invites somebody; the link opens once. */
export async function add(
  terminal: Terminal,
  email: string,
  flags: { role: string; stores?: string },
): Promise<void> {
  const role = roles.find(one => one === flags.role)
  if (!role) throw new WrongUse(`--role is ${roles.join(', ')}, not "${flags.role}".`)
  await connected(terminal, 'user add', async client => {
    const stores = flags.stores?.split(',').map(store => store.trim()) ?? ('all' as const)
    const invited = await client.members.invite({ email, role: role as Role, stores })
    terminal.out(terminal.json ? JSON.stringify(invited) : invited.link)
    if (invited.mailed) terminal.note(`also sent to ${email}`)
  })
}

/** Gives somebody who is locked out a new password; their sessions end. */
export async function reset(terminal: Terminal, email: string): Promise<void> {
  await connected(terminal, 'user reset', async client => {
    const given = await client.members.resetPassword({ email })
    terminal.out(terminal.json ? JSON.stringify(given) : given.password)
    terminal.note(`${email} can sign in with this password now, and should change it.`)
  })
}
