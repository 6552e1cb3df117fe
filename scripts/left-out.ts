import type { Plugin } from 'vite'

/**
 * Parts of the drawing library that nothing here draws with, and that it cannot be told to leave out: options of its
 * versions 2 and 3, its dark theme, patterns, time and logarithmic axes, round bars, animation, a sort of its own. Seventeen
 * kilobytes of the first load, packed. What must never be asked for says so; what is asked for and does nothing here does nothing.
 */
const never = `const never = () => { throw new Error('This part of the drawing library is left out: scripts/left-out.ts') };`
const nothing = 'const nothing = () => {};'
const parts: Readonly<Record<string, string>> = {
  'echarts/lib/preprocessor/backwardCompat.js': `${nothing} export default nothing`,
  'echarts/lib/theme/dark.js': 'export default {}',
  'echarts/lib/util/decal.js': `${nothing} export { nothing as createOrUpdatePatternFromDecal }`,
  'echarts/lib/data/helper/transform.js': `${never} ${nothing} export class ExternalSource {}
    export { nothing as registerExternalTransform, never as applyDataTransform }`,
  'echarts/lib/scale/Log.js': 'export default class Log {}',
  'echarts/lib/scale/Time.js': `${never} export default class Time {} export { never as calcNiceForTimeScale }`,
  'echarts/lib/util/shape/sausage.js': 'export default class Sausage {}',
  'echarts/lib/label/sectorLabel.js': `${never}
    export { never as createSectorCalculateTextPosition, never as setSectorTextRotation }`,
  'echarts/lib/processor/dataSample.js': `${nothing} export default seriesType => ({ seriesType, reset: nothing })`,
  'echarts/lib/chart/line/lineAnimationDiff.js': `${never} export default never`,
  'echarts/lib/coord/axisAlignTicks.js': `${never} export { never as scaleCalcAlign }`,
  'echarts/lib/legacy/dataSelectAction.js': `${nothing}
    export { nothing as createLegacyDataSelectAction, nothing as handleLegacySelectEvents }`,
  'echarts/lib/loading/default.js': `${never} export default never`,
  'echarts/lib/chart/custom/customSeriesRegister.js': `${never}
    export { never as registerCustomSeries, never as getCustomSeries }`,
  // Browsers sort stably by themselves; only whole arrays are asked for.
  'zrender/lib/core/timsort.js': 'export default (array, compare) => { array.sort(compare) }',
  'zrender/lib/svg/cssAnimation.js': `${nothing} export const EASING_MAP = {}, ANIMATE_STYLE_MAP = {}
    export { nothing as createCSSAnimation }`,
  'zrender/lib/svg/cssEmphasis.js': `${nothing} export { nothing as createCSSEmphasis }`,
}

/** Leaves those parts out of the bundle. A part that is not met any more stops the build: the library has moved it. */
export const leftOut = (): Plugin => {
  const met = new Set<string>()
  return {
    name: 'left-out',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      const path = id.replaceAll('\\', '/')
      const part = Object.keys(parts).find(one => path.endsWith(`/node_modules/${one}`))
      if (part === undefined) return null
      met.add(part)
      return { code: parts[part] ?? '', moduleSideEffects: false }
    },
    buildEnd(error) {
      const missed = Object.keys(parts).filter(one => !met.has(one))
      if (!error && missed.length > 0)
        this.error(`The drawing library has no ${missed.join(', ')} any more: see scripts/left-out.ts.`)
    },
  }
}
