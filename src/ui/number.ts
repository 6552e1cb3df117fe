/** Numbers on the screen are those of mails and exports: the kernel's. */
export { type Measure, type Place, show, type Unit } from '#kernel/format.ts'
export { type Change, change } from '#kernel/trend.ts'
