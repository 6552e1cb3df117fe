/** Words at points that give way to one another: fetched with the first drawing that has such words. */
import { use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'

use([LabelLayout])
