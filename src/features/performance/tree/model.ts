import { uncapital } from '#kernel/capital.ts'
import { type Measure, show, showSigned } from '#kernel/format.ts'
import { change } from '#kernel/trend.ts'
import type { Tree, TreeNode } from '#metrics/tree/shape.ts'
import { basis } from '../model.ts'

export * from '../model.ts'

/** Nodes one sees: those whose ancestors are all open. */
export function visible(nodes: readonly TreeNode[], closed: ReadonlySet<string>): TreeNode[] {
  const hidden = new Set<string>()
  return nodes.filter(node => {
    const shut = node.parent !== null && (hidden.has(node.parent) || closed.has(node.parent))
    if (shut) hidden.add(node.id)
    return !shut
  })
}

/** How deep a node stands, the root at 1. */
export const levelOf = (node: Pick<TreeNode, 'id'>): number => node.id.split('/').length

/** Nodes that are shut to begin with: what drivers are made of, and the inputs under them, where the tree is deep. */
export const shutAtFirst = (nodes: readonly TreeNode[]): string[] =>
  nodes
    .filter(node => node.joined === 'times' || node.joined === 'minus')
    .filter(node => nodes.some(one => one.parent === node.id))
    .map(node => node.id)

/** The largest part among siblings, for bars of one scale. */
export function scaleOf(nodes: readonly TreeNode[]): (node: TreeNode) => number {
  const most = new Map<string, number>()
  for (const { of, moved } of nodes)
    if (of !== null && moved !== null) most.set(of, Math.max(most.get(of) ?? 0, Math.abs(Number(moved))))
  return node => {
    const all = node.of === null ? 0 : (most.get(node.of) ?? 0)
    return all === 0 || node.moved === null ? 0 : Number(node.moved) / all
  }
}

/** The key a tree answers to, as what becomes of its focus and of what is open. */
export function keyed(
  key: string,
  at: string,
  nodes: readonly TreeNode[],
  closed: ReadonlySet<string>,
): { focus?: string; open?: string; close?: string } {
  const seen = visible(nodes, closed)
  const n = seen.findIndex(node => node.id === at)
  const node = seen[n]
  if (!node) return {}
  const child = nodes.find(one => one.parent === node.id)
  const to = (one: TreeNode | undefined) => (one ? { focus: one.id } : {})
  switch (key) {
    case 'ArrowDown':
      return to(seen[n + 1])
    case 'ArrowUp':
      return to(seen[n - 1])
    case 'Home':
      return to(seen[0])
    case 'End':
      return to(seen.at(-1))
    case 'ArrowRight':
      return child ? (closed.has(node.id) ? { open: node.id } : to(child)) : {}
    case 'ArrowLeft':
      return child && !closed.has(node.id) ? { close: node.id } : to(seen.find(one => one.id === node.parent))
    default:
      return {}
  }
}

/**
 * What moved the figure at the root most: factors and costs that are no sum of others. Their parts are of the same money and
 * together are the whole change, so the largest of them are the largest of the tree.
 */
export function movers(nodes: readonly TreeNode[], root: TreeNode, most = 3): TreeNode[] {
  const below = nodes.filter(node => node.id.startsWith(`${root.id}/`) && node.moved !== null)
  // A cost is said as a whole: what it followed, sales, is said already.
  const costs = new Set(nodes.filter(node => node.joined === 'minus').map(node => node.id))
  const own = below.filter(node => !costs.has(node.of ?? '') && node.of === node.parent)
  const split = new Set(own.map(node => node.of))
  return own
    .filter(node => !split.has(node.id))
    .toSorted((a, b) => Math.abs(Number(b.moved)) - Math.abs(Number(a.moved)))
    .filter(node => Math.abs(Number(node.moved)) > 0)
    .slice(0, most)
}

/** What a part did to the figure at the root: turned round by every cost on its way up. */
export function effect(nodes: readonly TreeNode[], node: TreeNode): string {
  const above = (id: string | null) => nodes.find(one => one.id === id)
  let sign = 1
  for (let at = above(node.of); at; at = above(at.parent)) if (at.joined === 'minus') sign = -sign
  return String(sign * Number(node.moved))
}

/** A node's unit, direction and currency. */
export const measureOf = (told: Pick<Tree, 'currency'>, node: TreeNode): Measure => ({
  unit: node.about.unit,
  good: node.about.good,
  currency: told.currency,
})

/** "Contribution margin 3 £1.2m, 8 % below last year: most by traffic −£60k, media +£20k." */
export function sentence(told: Tree): string {
  // A company that records no costs is told of its sales: what is left of nothing says nothing.
  const known = told.nodes.filter(node => node.value !== null)
  const root = known.find(node => Number(node.value) !== 0) ?? known[0]
  if (!root) return ''
  const measure = measureOf(told, root)
  const moved = change(root.before, measure)
  const base = basis(told.comparison.name, told.comparison)
  // A sentence needs no decimals: "42 % below", "3.4 % above".
  const size = moved.text.replace(/^\d{2,}\.\d(?=\s%$)/, text => String(Math.round(Number(text))))
  const against =
    root.before.delta === null
      ? ''
      : moved.arrow
        ? `, ${size} ${moved.arrow === '▲' ? 'above' : 'below'} ${base}`
        : `, level with ${base}`
  const why = movers(told.nodes, root).map(node => {
    const above = told.nodes.find(one => one.id === node.of)
    const signed = showSigned(effect(told.nodes, node), above ? measureOf(told, above) : measure, 'axis')
    return `${uncapital(node.label)} ${signed}`
  })
  return `${root.label} ${show(root.value, measure, 'card')}${against}${root.before.delta !== null && why.length ? `: most by ${why.join(', ')}` : ''}.`
}
