import { IconMenu2 } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Screen } from '#features/screens.tsx'
import css from './bottom-bar.module.css'

/** On a phone: the screens one looks at on the way, within reach of a thumb, and the way to all others. */
export function BottomBar({
  screens,
  path,
  onRooms,
}: {
  screens: readonly Screen[]
  path: string
  onRooms: () => void
}) {
  const shown = screens.filter(one => one.pocket)
  return (
    <nav className={`${css.bar} no-print`} aria-label="Main screens">
      {shown.map(({ icon: Icon, ...one }) => (
        <Link
          key={one.path}
          to={one.path as never}
          className={css.item}
          aria-current={one.path === path ? 'page' : undefined}
        >
          <Icon size={20} stroke={1.6} aria-hidden="true" />
          {one.label}
        </Link>
      ))}
      <button
        type="button"
        className={css.item}
        data-here={shown.every(one => one.path !== path) || undefined}
        onClick={onRooms}
      >
        <IconMenu2 size={20} stroke={1.6} aria-hidden="true" />
        Rooms
      </button>
    </nav>
  )
}
