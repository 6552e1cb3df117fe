/** A part of the drawing library: What a point says when it is pointed at or walked to. Reached by import() from the engine. */
import { TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'

use([TooltipComponent])
