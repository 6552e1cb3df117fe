import { expect, it } from 'vitest'
import type { Tree, TreeNode } from '#metrics/tree/shape.ts'
import { sentence } from './model.ts'

const node = (id: string, label: string, more: Partial<Record<keyof TreeNode, unknown>> = {}) =>
  ({
    ...{ id, label, joined: 'root', parent: null, of: null, moved: null, value: '1000' },
    ...{ before: { value: '800', delta: '200', ratio: '0.25' }, about: { unit: 'money', good: 'up' } },
    ...more,
  }) as unknown as TreeNode
const told = (...nodes: TreeNode[]) =>
  sentence({ nodes, currency: 'GBP', comparison: { name: 'previous_period' } } as unknown as Tree)
const part = (id: string, label: string, joined: string, moved: string) =>
  node(id, label, { joined, parent: 'r', of: 'r', moved })

it('says of the tree what its root came to, against what, and what did most of it', () => {
  expect(
    told(
      node('r', 'Net sales'),
      part('r/t', 'Traffic', 'times', '-60'),
      part('r/a', 'AOV', 'times', '260'),
      part('r/n', 'Nothing', 'times', '0'),
    ),
  ).toBe('Net sales £1,000, 25 % above the period before: most by AOV +£260, traffic −£60.')
})

it('says that nothing moved, and nothing of a comparison that is not known', () => {
  const level = node('r', 'Net sales', { before: { value: '1000', delta: '0', ratio: '0' } })
  expect(told(level)).toBe('Net sales £1,000, level with the period before.')
  const alone = node('r', 'Net sales', { before: { value: null, delta: null, ratio: null } })
  expect(told(alone, part('r/t', 'Traffic', 'times', '5'))).toBe('Net sales £1,000.')
})

it('tells of sales where nothing is known of what is left of them', () => {
  expect(told(node('c', 'Contribution', { value: null }), node('r', 'Net sales'))).toMatch(
    /^Net sales £1,000/,
  )
  expect(told(node('c', 'Contribution', { value: null }))).toBe('')
})
