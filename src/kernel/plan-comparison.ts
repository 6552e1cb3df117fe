/** Plans as comparisons: a version of the plan, an imported budget or a saved target is `plan.<name>` in every question. */

const spelt = 'plan.'
/** How they were spelt before: still read in links, scripts and saved questions, never written. */
const before = 'target:'

/** The comparison with a plan of a name. */
export const planComparison = (name: string): string => `${spelt}${name}`

/** A comparison as it is spelt now. */
export const comparisonNow = (comparison: string): string =>
  comparison.startsWith(before) ? planComparison(comparison.slice(before.length)) : comparison

/** The name of the plan a comparison is with; null for one with other days. */
export const planIn = (comparison: string): string | null => {
  const now = comparisonNow(comparison)
  return now.startsWith(spelt) ? now.slice(spelt.length) : null
}
