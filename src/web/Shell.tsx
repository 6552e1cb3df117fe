import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import {
  IconDeviceLaptop,
  IconKeyboard,
  IconLink,
  IconLogout,
  IconMoon,
  IconPrinter,
  IconSearch,
  IconSun,
  IconTable,
} from '@tabler/icons-react'
import { useIsFetching, useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '#features/client.ts'
import { screens } from '#features/screens.tsx'
import { passedOver } from '#kernel/view.ts'
import { Drawer, SheetFoot } from '#ui/Drawer.tsx'
import { later, Missing } from '#ui/Later.tsx'
import { MenuButton } from '#ui/MenuButton.tsx'
import { ProgressLine } from '#ui/State.tsx'
import { Tips } from '#ui/Tips.tsx'
import { type Action, listen } from './actions.ts'
import { BottomBar } from './BottomBar.tsx'
import { Standing } from './Standing.tsx'
import css from './shell.module.css'
import { TopBar } from './TopBar.tsx'
import { useTypedAhead } from './typed-ahead.ts'

const Palette = later(() => import('./CommandPalette.tsx').then(module => module.CommandPalette))
const Talk = later(() => import('#features/reviews/Talk.tsx').then(module => module.Talk))
const Bell = later(() => import('#features/reviews/Bell.tsx').then(module => module.Bell))
const Shortcuts = later(() => import('./Shortcuts.tsx').then(module => module.Shortcuts))

const order = ['owner', 'director', 'lead', 'contributor', 'viewer']
const roleKept = 'quarterdeck-role'
const lastRole = () => localStorage.getItem(roleKept) ?? 'owner'
/** Whose rooms are shown: a role, and whether of some stores only. */
const standing = (one: { role: string; stores: unknown }) =>
  one.stores === 'all' ? one.role : `${one.role} some`

/** What stands around every screen: rooms on the left, the view on top, and everything one can do behind ⌘K. */
export function Shell() {
  const path = useRouterState({ select: state => state.location.pathname })
  const talking = useRouterState({
    select: state => (state.location.search as Record<string, unknown>).talk !== undefined,
  })
  const search = useRouterState({ select: state => state.location.search as Record<string, string> })
  const navigate = useNavigate()
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, enabled: me.isSuccess }))
  const meanings = useQuery(
    api.performance.definitions.queryOptions({ input: {}, enabled: me.isSuccess, staleTime: 300_000 }),
  )
  const fetching = useIsFetching() > 0
  const scheme = useComputedColorScheme('light')
  const { setColorScheme } = useMantineColorScheme()
  const [palette, setPalette] = useState(false)
  const [query, setQuery] = useState('')
  const [keys, setKeys] = useState(false)
  const [menu, setMenu] = useState(false)

  // Before it is known who one is the rooms are those one had last: none moves under the hand.
  const whose = me.data ? standing(me.data) : lastRole()
  const open = useMemo(() => {
    const [role = '', some] = whose.split(' ')
    return screens.filter(
      one => (!one.role || order.indexOf(role) <= order.indexOf(one.role)) && !(one.whole && some),
    )
  }, [whose])
  useEffect(() => {
    if (me.data) localStorage.setItem(roleKept, standing(me.data))
  }, [me.data])
  const here = open.find(one => one.path === path)
  const passed = here?.view ? passedOver(search) : []

  useEffect(() => {
    document.title = here ? `${here.label} · Quarterdeck` : 'Quarterdeck'
  }, [here])

  // Where one is stays in sight, also where the rooms are longer than the window, and once one’s role opened them all.
  useEffect(() => {
    if (path && open.length > 0)
      document.querySelector('nav [aria-current="page"]')?.scrollIntoView({ block: 'nearest' })
  }, [path, open])

  const actions = useMemo<Action[]>(
    () => [
      ...open.map(screen => ({
        id: screen.path,
        label: screen.label,
        about: screen.about,
        group: 'Go to',
        icon: screen.icon,
        keys: ['g', screen.key],
        run: () => navigate({ to: screen.path } as never),
      })),
      ...(meanings.data?.metrics ?? []).map(metric => ({
        id: `metric:${metric.name}`,
        label: metric.label,
        about: metric.description,
        group: 'Figures',
        icon: IconTable,
        run: () =>
          navigate({ to: '/explore', search: (now: object) => ({ ...now, metrics: metric.name }) } as never),
      })),
      {
        id: 'copy-link',
        label: 'Copy a link to this screen',
        group: 'Do',
        icon: IconLink,
        run: () =>
          navigator.clipboard.writeText(location.href).then(
            () => notifications.show({ message: 'Link copied. It opens exactly what you see.' }),
            () => notifications.show({ color: 'bad', message: 'The browser did not allow copying.' }),
          ),
      },
      { id: 'print', label: 'Print this screen', group: 'Do', icon: IconPrinter, run: () => window.print() },
      {
        id: 'dark',
        label: scheme === 'dark' ? 'Switch to light' : 'Switch to dark',
        group: 'Do',
        icon: scheme === 'dark' ? IconSun : IconMoon,
        keys: ['g', '.'],
        run: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'),
      },
      {
        id: 'system-scheme',
        label: 'Light or dark as the system says',
        group: 'Do',
        icon: IconDeviceLaptop,
        run: () => setColorScheme('auto'),
      },
      {
        id: 'reset',
        label: 'Clear period, comparison, store and filters',
        group: 'Do',
        run: () =>
          navigate({
            to: path,
            search: () => ({ period: undefined, compare: undefined, store: undefined, currency: undefined }),
          } as never),
      },
      {
        id: 'shortcuts',
        label: 'Keyboard shortcuts',
        group: 'Do',
        icon: IconKeyboard,
        keys: ['?'],
        run: () => setKeys(true),
      },
      {
        id: 'sign-out',
        label: 'Sign out',
        group: 'Do',
        icon: IconLogout,
        run: async () => {
          await fetch('/api/auth/sign-out', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: '{}',
          })
          location.assign('/sign-in')
        },
      },
      {
        id: 'palette',
        label: 'Find anything',
        group: 'Do',
        keys: ['mod+k'],
        quiet: true,
        run: () => {
          setQuery('')
          setPalette(now => !now)
        },
      },
      {
        id: 'filter',
        label: 'Filter this screen',
        group: 'Do',
        keys: ['/'],
        quiet: true,
        run: () => {
          const field = document.querySelector<HTMLElement>('[data-filter]')
          if (field) field.click()
          else setPalette(true)
        },
      },
    ],
    [open, meanings.data, scheme, navigate, path, setColorScheme],
  )
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => listen(() => latest.current), [])
  const closePalette = useCallback(() => {
    setPalette(false)
    setQuery('')
  }, [])
  useTypedAhead(palette, '[data-find]', setQuery, closePalette)

  // Once on the screen, and in each sheet that lies over it.
  const foot = <Standing narrows={here?.view === true} />
  const groups = [...new Set(open.map(one => one.room))]
  const links = (
    <ul className={css.rooms}>
      {groups.map(room => (
        <li key={room}>
          <span className={css.room} id={`room-${room}`}>
            {room}
          </span>
          <ul aria-labelledby={`room-${room}`}>
            {open
              .filter(one => one.room === room)
              .map(({ icon: Icon, ...one }) => (
                <li key={one.path}>
                  <Link
                    to={one.path as never}
                    className={css.link}
                    aria-current={one.path === path ? 'page' : undefined}
                    onClick={() => setMenu(false)}
                  >
                    <Icon size={16} stroke={1.6} aria-hidden="true" />
                    {one.label}
                  </Link>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  )
  const person = me.data && (
    <MenuButton
      position="top-start"
      width={200}
      button={opener => (
        <button type="button" className={css.person} {...opener}>
          <span className={css.initials} aria-hidden="true">
            {me.data.name
              .split(/\s+/)
              .map(word => word[0])
              .join('')
              .slice(0, 2)
              .toUpperCase()}
          </span>
          <span className={css.personName}>
            {me.data.name}
            <small>{me.data.role}</small>
          </span>
        </button>
      )}
      entries={actions
        .filter(action => ['dark', 'system-scheme', 'shortcuts', 'sign-out'].includes(action.id))
        .map(({ icon: Icon, ...action }) => ({
          label: action.label,
          icon: Icon && <Icon size={14} stroke={1.6} />,
          onClick: action.run,
        }))}
    />
  )

  return (
    <div className={css.shell}>
      <ProgressLine active={fetching} />
      <a href="#content" className={css.skip}>
        Skip to content
      </a>
      <nav className={`${css.side} no-print`} aria-label="Rooms">
        <Link to="/" className={css.brand}>
          <Mark />
          Quarterdeck
        </Link>
        <button type="button" className={css.find} onClick={() => setPalette(true)}>
          <IconSearch size={14} stroke={1.8} aria-hidden="true" />
          Find
          <kbd>⌘K</kbd>
        </button>
        {links}
        <div className={css.foot}>{person}</div>
      </nav>
      <header className={`${css.bar} no-print`}>
        {here?.view ? (
          <TopBar
            stores={settings.data?.stores}
            targets={settings.data?.targets ?? []}
            plans={settings.data?.plans ?? {}}
            calendar={settings.data?.calendar}
            ready={me.isSuccess}
            whole={me.data?.stores === 'all'}
            storesOnly={here.view === 'stores'}
          />
        ) : (
          <span className={css.where}>{here?.label}</span>
        )}
        <span className={css.bell}>
          <Bell />
        </span>
        <ActionIcon
          className={css.findSmall}
          color="gray"
          aria-label="Find anything"
          data-tip="Find anything  ⌘K"
          onClick={() => setPalette(true)}
        >
          <IconSearch size={18} stroke={1.6} />
        </ActionIcon>
      </header>
      <main className={css.main} id="content" tabIndex={-1}>
        <div className={css.screen}>
          {passed.map(words => (
            <p key={words} className={css.passed} role="status">
              {words}
            </p>
          ))}
          <SheetFoot value={foot}>
            <Outlet />
          </SheetFoot>
          {settings.data?.demo && (
            <footer className={css.credit}>
              <strong>Demo data.</strong> {settings.data.demo.attribution}
            </footer>
          )}
        </div>
        {foot}
      </main>
      <BottomBar screens={open} path={path} onRooms={() => setMenu(true)} />
      <Drawer opened={menu} onClose={() => setMenu(false)} size={260} side="left" title="Quarterdeck">
        <nav aria-label="Rooms" className={css.drawer}>
          {links}
          {person}
        </nav>
      </Drawer>
      <Tips />
      {palette && (
        <Palette
          actions={actions}
          query={query}
          onQuery={setQuery}
          go={(to, search) => navigate({ to, search } as never)}
          onClose={closePalette}
        />
      )}
      {talking && (
        <SheetFoot value={foot}>
          <Talk />
        </SheetFoot>
      )}
      {keys && <Shortcuts actions={actions} onClose={() => setKeys(false)} />}
      <Missing />
    </div>
  )
}

/** Three decks and the light above them. */
export function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="5" fill="var(--accent)" />
      <path
        d="M5 15.5h14M7 12h10M9.5 8.5h5"
        stroke="var(--accent-ink)"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  )
}
