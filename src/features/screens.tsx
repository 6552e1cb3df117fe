import {
  IconAdjustments,
  IconAffiliate,
  IconArrowsDiff,
  IconBell,
  IconBolt,
  IconCoins,
  IconFileImport,
  IconGauge,
  IconHistory,
  IconListCheck,
  IconMap2,
  IconPlugConnected,
  IconPresentation,
  type IconProps,
  IconReportAnalytics,
  IconScale,
  IconSettings,
  IconTable,
  IconTelescope,
  IconUsers,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'

/**
 * Every screen there is, in one list: the navigation, the routes, ⌘K and the `g` shortcuts are made from it.
 * To add a screen: write `features/<room>/<Screen>.tsx` exporting a component of that name, and add an entry here.
 */
export interface Screen {
  path: `/${string}`
  /** In the navigation, under its room's name. */
  room: string
  label: string
  /** What one finds there, for ⌘K. */
  about: string
  icon: ComponentType<IconProps>
  /** `g` then this letter goes there. */
  key: string
  /** Whether period, comparison, store and currency apply: they are then in the top bar. */
  view?: boolean
  /** In the bar at the foot of a phone: at most four are. */
  pocket?: true
  /** Roles below this one do not see it. */
  role?: 'owner' | 'director' | 'lead' | 'contributor' | 'viewer'
  load: () => Promise<ComponentType>
}

export const screens: readonly Screen[] = [
  {
    path: '/',
    room: 'Performance',
    label: 'Cockpit',
    about: 'Are we making the number, and why?',
    icon: IconGauge,
    key: 'c',
    view: true,
    pocket: true,
    load: () => import('./performance/Cockpit.tsx').then(module => module.Cockpit),
  },
  {
    path: '/explore',
    room: 'Performance',
    label: 'Explorer',
    about: 'Any figure, split and compared any way',
    icon: IconTelescope,
    key: 'e',
    view: true,
    pocket: true,
    load: () => import('./performance/Explorer.tsx').then(module => module.Explorer),
  },
  {
    path: '/alerts',
    room: 'Performance',
    label: 'Alerts',
    about: 'What left its usual way, why, and what was done about it',
    icon: IconBell,
    key: 'l',
    load: () => import('./performance/Alerts.tsx').then(module => module.Alerts),
  },
  {
    path: '/review',
    room: 'Reviews',
    label: 'Weekly review',
    about: 'Six weeks and twelve months of every figure; exceptions, notes and actions',
    icon: IconPresentation,
    key: 'r',
    load: () => import('./reviews/Review.tsx').then(module => module.Review),
  },
  {
    path: '/monday',
    room: 'Reviews',
    label: 'Monday pack',
    about: 'How the week traded, why, where, and what is to be done',
    icon: IconReportAnalytics,
    key: 'o',
    load: () => import('./reviews/Monday.tsx').then(module => module.Monday),
  },
  {
    path: '/flash',
    room: 'Reviews',
    label: 'Daily flash',
    about: 'Yesterday in eight figures and three exceptions',
    icon: IconBolt,
    key: 'f',
    load: () => import('./reviews/Flash.tsx').then(module => module.Flash),
  },
  {
    path: '/plan',
    room: 'Plan',
    label: 'Plan',
    about: 'Drivers down to cash: what was promised',
    icon: IconTable,
    key: 'p',
    pocket: true,
    load: () => import('./plan/Plan.tsx').then(module => module.Plan),
  },
  {
    path: '/what-if',
    room: 'Plan',
    label: 'What if',
    about: 'How sure the plan is, what makes the goal, what a change does',
    icon: IconAdjustments,
    key: 'x',
    load: () => import('./plan/WhatIf.tsx').then(module => module.WhatIf),
  },
  {
    path: '/variance',
    room: 'Plan',
    label: 'Variance',
    about: 'Actual against plan and last year; why; closed months',
    icon: IconScale,
    key: 'd',
    view: true,
    load: () => import('./plan/Variance.tsx').then(module => module.Variance),
  },
  {
    path: '/budget',
    room: 'Plan',
    label: 'Budget',
    about: 'What it costs, what is committed, what is left',
    icon: IconCoins,
    key: 'b',
    load: () => import('./plan/Budget.tsx').then(module => module.Budget),
  },
  {
    path: '/versions',
    room: 'Plan',
    label: 'Versions',
    about: 'Budgets, reforecasts, scenarios side by side; approval',
    icon: IconArrowsDiff,
    key: 'v',
    load: () => import('./plan/Versions.tsx').then(module => module.Versions),
  },
  {
    path: '/strategy',
    room: 'Plan',
    label: 'Strategy',
    about: 'Ambition, pillars, objectives, initiatives',
    icon: IconMap2,
    key: 't',
    load: () => import('./plan/Strategy.tsx').then(module => module.Strategy),
  },
  {
    path: '/connections',
    room: 'Connections',
    label: 'Systems',
    about: 'What is connected, how fresh it is, and what is wrong',
    icon: IconPlugConnected,
    key: 'y',
    load: () => import('./connections/Connections.tsx').then(module => module.Connections),
  },
  {
    path: '/import',
    room: 'Connections',
    label: 'Import',
    about: 'Bring in a file of orders, products, traffic or spend',
    icon: IconFileImport,
    key: 'i',
    role: 'contributor',
    load: () => import('./connections/Import.tsx').then(module => module.Import),
  },
  {
    path: '/work',
    room: 'Connections',
    label: 'Work',
    about: 'Tasks and cards of Asana and Trello, and whether they are done',
    icon: IconListCheck,
    key: 'w',
    pocket: true,
    load: () => import('./connections/Work.tsx').then(module => module.Work),
  },
  {
    path: '/who',
    room: 'Connections',
    label: 'Who is who',
    about: 'Which customers and accounts of several systems are one',
    icon: IconAffiliate,
    key: 'h',
    load: () => import('./connections/WhoIsWho.tsx').then(module => module.WhoIsWho),
  },
  {
    path: '/members',
    room: 'Company',
    label: 'Members',
    about: 'Who may see and do what; API keys',
    icon: IconUsers,
    key: 'm',
    load: () => import('./members/Members.tsx').then(module => module.Members),
  },
  {
    path: '/settings',
    room: 'Company',
    label: 'Settings',
    about: 'Stores, calendar, events, targets, added metrics',
    icon: IconSettings,
    key: 's',
    load: () => import('./settings/Settings.tsx').then(module => module.Settings),
  },
  {
    path: '/audit',
    room: 'Company',
    label: 'Audit',
    about: 'Who changed what, before and after',
    icon: IconHistory,
    key: 'a',
    role: 'director',
    load: () => import('./members/Audit.tsx').then(module => module.Audit),
  },
]
