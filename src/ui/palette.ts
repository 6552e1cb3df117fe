/** The tokens as plain colours, for what is drawn and cannot read CSS variables. */
export interface Palette {
  font: string
  surface: string
  line: string
  lineStrong: string
  ink: string
  ink2: string
  ink3: string
  accent: string
  bad: string
  actual: string
  previous: string
  lastYear: string
  target: string
  categorical: string[]
  sequential: string[]
  diverging: string[]
}

/** The colours of paper, whatever the screen's: the tokens as they are where the scheme is light. */
export function paperPalette(): Palette {
  const { dataset } = document.documentElement
  const scheme = dataset.mantineColorScheme
  dataset.mantineColorScheme = 'light'
  const light = palette()
  dataset.mantineColorScheme = scheme
  return light
}

/** Reads the tokens that hold now; read again when the scheme changes. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement)
  return paletteOf(
    name => style.getPropertyValue(`--${name}`).trim(),
    "'Inter Variable', system-ui, sans-serif",
  )
}

/** The tokens, wherever they are read from, by what they are for. */
export function paletteOf(token: (name: string) => string, font: string): Palette {
  const ramp = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => token(`${name}-${n + 1}`))
  return {
    font,
    surface: token('surface'),
    line: token('line'),
    lineStrong: token('line-strong'),
    ink: token('ink'),
    ink2: token('ink-2'),
    ink3: token('ink-3'),
    accent: token('accent'),
    bad: token('bad'),
    actual: token('series-actual'),
    previous: token('series-previous'),
    lastYear: token('series-last-year'),
    target: token('series-target'),
    categorical: ramp('cat', 8),
    sequential: ramp('seq', 7),
    diverging: ramp('div', 9),
  }
}
