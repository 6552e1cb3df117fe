import type { WorkRow } from './work-model.ts'

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
export const shownDay = (day: string | null) =>
  day === null ? '' : days.format(new Date(`${day}T00:00:00Z`))
export const platforms: Readonly<Record<string, string>> = { asana: 'Asana', trello: 'Trello' }

/** The day where whoever looks is. */
export const today = () => new Date().toLocaleDateString('sv')
export const isLate = ({ state, due }: Pick<WorkRow, 'state' | 'due'>) =>
  state === 'open' && due !== null && due < today()

/** Leads to the task where it is kept; only addresses of the web are followed. */
export function TitleLink({ title, url }: { title: string; url: string }) {
  return url.startsWith('https://') ? (
    <a href={url} target="_blank" rel="noreferrer">
      {title}
    </a>
  ) : (
    title
  )
}
