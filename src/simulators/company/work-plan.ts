import { addDays, type Day } from '#kernel/day.ts'
import type { Company } from './company.ts'

export type Platform = 'asana' | 'trello'
export const platforms: readonly Platform[] = ['asana', 'trello']

/** Where work is kept: a project in Asana, a board in Trello. */
export interface Project {
  name: string
  sections: readonly string[]
  /** Put away from this day on; null while it is in use. */
  until: Day | null
}

export const team = [
  'Ada Marlow',
  'Ravi Sandhu',
  'Nadia Clarke',
  'Jo Lennox',
  'Sofia Marsh',
  'Kit Arden',
] as const

const ways = ['Backlog', 'Next', 'Doing', 'Live']

export const projectsOf = (company: Company, platform: Platform): readonly Project[] =>
  platform === 'trello'
    ? [{ name: 'Trading board', sections: ['Ideas', 'This week', 'Doing', 'Done'], until: null }]
    : [
        { name: 'Growth 2026', sections: ways, until: null },
        { name: 'Site', sections: ways, until: null },
        { name: 'Peak', sections: ways, until: null },
        { name: 'Old shop', sections: ways, until: addDays(company.start, Math.floor(company.days * 0.9)) },
      ]

/** The last section is where finished work stands. */
export const doneSection = (project: Project): string => project.sections.at(-1) ?? ''

export const workLabels = ['Pricing', 'Stock', 'Promotion', 'Page', 'Supplier, late'] as const

export const ideas: Readonly<Record<Platform, readonly string[]>> = {
  asana: [
    'Shorter checkout',
    'Size guide',
    'Gift wrapping',
    'Faster search',
    'Returns page',
    'Loyalty letter',
    'Landing page',
    'Peak staffing',
    'Payment by instalments',
    'Address check',
  ],
  trello: [
    'Mark down slow sellers',
    'Reorder best sellers',
    'Swap the hero banner',
    'Check prices against rivals',
    'Feature the new range',
    'Fix a product’s photographs',
    'End the promotion',
    'Chase the supplier',
  ],
}
