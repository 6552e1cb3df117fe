import type { Preset } from '../preset.ts'
import { onlineRetail } from './online-retail.ts'

/** Exports people really have. */
export const presets: readonly Preset[] = [onlineRetail]
