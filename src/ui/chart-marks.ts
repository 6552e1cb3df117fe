/** A part of the drawing library: Events marked along the time axis. Reached by import() from the engine. */
import { MarkLineComponent } from 'echarts/components'
import { use } from 'echarts/core'

use([MarkLineComponent])
