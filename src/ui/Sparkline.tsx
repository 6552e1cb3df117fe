/** A word-sized line of a series; N/A breaks the line, it does not fall to zero. Decorative: the number beside it is the content. */
export function Sparkline(props: {
  values: readonly (number | null)[]
  width?: number
  height?: number
  strong?: boolean
}) {
  const { values, width = 120, height = 28 } = props
  const known = values.filter(value => value !== null)
  if (known.length < 2) return <svg width="100%" height={height} aria-hidden="true" />
  const low = Math.min(0, ...known)
  const high = Math.max(...known)
  const span = high - low || 1
  const x = (n: number) => (n / (values.length - 1)) * width
  const y = (value: number) => height - 2 - ((value - low) / span) * (height - 4)
  let path = ''
  let pen = false
  values.forEach((value, n) => {
    if (value === null) {
      pen = false
      return
    }
    path += `${pen ? 'L' : 'M'}${x(n).toFixed(1)} ${y(value).toFixed(1)}`
    pen = true
  })
  return (
    <svg
      width="100%"
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      style={{ display: 'block' }}
    >
      <path
        d={path}
        fill="none"
        stroke={props.strong ? 'var(--series-actual)' : 'var(--series-previous)'}
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
