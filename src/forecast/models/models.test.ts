import { describe, expect, it } from 'vitest'
import { movingAverage, profilesOf, seasonsOver } from '../seasons.ts'
import { bell } from '../test-data/made.ts'
import { autoregress, continueSeries } from './autoregression.ts'
import { intermittent } from './intermittent.ts'
import { seasonalSmoothing } from './seasonal-smoothing.ts'
import { ahead, smooth } from './smoothing.ts'
import { dynamicTheta, theta } from './theta.ts'

/** Annual flow of the Nile at Aswan 1871–1970, 10⁸ m³ (Durbin & Koopman 2001); figures beside it by R 4.2 and its package forecast 8.20. */
const nile = Float64Array.from(
  (
    '1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150 1250 1260 ' +
    '1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 764 821 768 845 864 ' +
    '862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 874 848 890 744 749 ' +
    '838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740'
  ).split(' '),
  Number,
)

describe('the models', () => {
  it('smooth the Nile as R does', () => {
    const fit = smooth(nile, 'none')
    expect(fit.alpha).toBeCloseTo(0.247, 1)
    expect(ahead(fit, 1)[0]).toBeCloseTo(805.04, -1)
  })

  it('give the Nile the theta forecast of R', () => {
    const points = theta(nile, 3)
    ;[799.812, 798.455, 797.098].forEach((point, h) => {
      expect(Math.abs((points[h] ?? 0) / point - 1)).toBeLessThan(0.005)
    })
    // Its step is half the slope of the line.
    expect((points[1] ?? 0) - (points[0] ?? 0)).toBeCloseTo(-1.35716, 3)
  })

  it('follow a line by the dynamic theta', () => {
    const straight = Float64Array.from({ length: 60 }, (_, t) => 100 + 3 * t)
    dynamicTheta(straight, 4).forEach((point, h) => {
      expect(Math.abs(point / (280 + 3 * h) - 1)).toBeLessThan(0.03)
    })
  })

  it('regress on themselves as Burg', () => {
    expect(autoregress(nile, 1).coefficients[0]).toBeCloseTo(0.504856713, 8)
    const two = autoregress(nile, 2).coefficients
    expect(two[0]).toBeCloseTo(0.404658339, 8)
    expect(two[1]).toBeCloseTo(0.198468935, 8)
    const far = continueSeries(autoregress(nile, 2), nile, 200)
    expect(far.at(-1)).toBeCloseTo(919.35, 1)
  })

  it('keep moving seasons, and flat demand of mostly nothing', () => {
    const swing = (t: number) => [5, -5, 10, -10][t % 4] ?? 0
    const y = Float64Array.from({ length: 48 }, (_, t) => 50 + t + swing(t))
    seasonalSmoothing(y, 4, true, 4).forEach((point, h) => {
      expect(Math.abs(point - (98 + h + swing(h)))).toBeLessThan(1.5)
    })
    const rare = Float64Array.from({ length: 80 }, (_, t) => (t % 8 === 0 ? 4 : 0))
    expect(intermittent(rare, 2)[0]).toBeCloseTo(0.5, 0)
  })
})

describe('seasons', () => {
  it('average over a period that is not whole', () => {
    const trend = movingAverage(
      Float64Array.from({ length: 20 }, (_, t) => t),
      4.5,
    )
    expect(trend[0]).toBeNaN()
    expect(trend[10]).toBeCloseTo(10, 10)
  })

  it('are found where they are, and not where there is only noise', () => {
    const draw = bell(1)
    const noise = Float64Array.from({ length: 300 }, draw)
    const wave = (t: number) => 3 * Math.sin((2 * Math.PI * t) / 52.18) + Math.cos((4 * Math.PI * t) / 52.18)
    const found = seasonsOver(
      profilesOf(
        noise.map((value, t) => value + wave(t)),
        [52.18],
      ),
      300,
      52,
    )
    const error = found.reduce((sum, value, h) => sum + (value - wave(300 + h)) ** 2, 0) / 52
    expect(error).toBeLessThan(0.35)
    const none = seasonsOver(profilesOf(noise, [52.18]), 300, 52)
    expect(none.reduce((sum, value) => sum + value * value, 0) / 52).toBeLessThan(0.35)
  })
})
