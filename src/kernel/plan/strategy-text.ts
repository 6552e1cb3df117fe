import { type Facts, plainMeasure, type Strategy, type StrategyMeasure } from './strategy.ts'

/** The strategy as one page of plain text: what is sent, printed, read out. */
export function strategyText(
  strategy: Strategy,
  say: (measure: StrategyMeasure) => string = plainMeasure,
): string {
  const told = ({ owner, horizon, measures }: Facts) => {
    const words = [[owner, horizon].filter(Boolean).join(', '), measures.map(say).join('; ')].filter(Boolean)
    return words.length > 0 ? ` (${words.join(' · ')})` : ''
  }
  const lines = [
    strategy.ambition,
    strategy.owner && `Owner: ${strategy.owner}`,
    strategy.horizon && `Horizon: ${strategy.horizon}`,
    strategy.measures.length > 0 && `Measured by: ${strategy.measures.map(say).join('; ')}`,
  ].filter(Boolean)
  lines.push('')
  strategy.pillars.forEach((pillar, n) => {
    lines.push(`${n + 1}. ${pillar.name}${pillar.why ? `: ${pillar.why}` : ''}${told(pillar)}`)
    pillar.objectives.forEach((objective, m) => {
      lines.push(`   ${n + 1}.${m + 1} ${objective.name}${told(objective)}`)
      for (const initiative of objective.initiatives)
        lines.push(`       – ${initiative.name}${told(initiative)}`)
    })
    lines.push('')
  })
  return lines.join('\n').trim()
}
