/** A part of the drawing library: Names of what is drawn, under a drawing of many lines or of stacked columns. Reached by import() from the engine. */
import { LegendPlainComponent } from 'echarts/components'
import { use } from 'echarts/core'

use([LegendPlainComponent])
