import { capital } from './capital.ts'
import { monthEnd } from './day.ts'
import { showDay } from './format.ts'
import { spanWords } from './view.ts'

/** What the audit keeps of one act: the thing before and after it. */
export interface Kept {
  before: unknown
  after: unknown
}

/** One of several phrases, told by what was kept of the thing after the act: the first says which. */
type Told = readonly [which: (after: Readonly<Record<string, unknown>>) => string, ...phrases: string[]]

/** The first phrase where a word of what was kept is true, the second where it is false, else the one that says neither. */
const byWord = (word: string, yes: string, no: string, neither: string): Told => [
  after => (after[word] === true ? yes : after[word] === false ? no : neither),
  yes,
  no,
  neither,
]

/** The first phrase where a word was kept at all. */
const where = (word: string, kept: string, not: string): Told => [
  after => (after[word] === undefined ? not : kept),
  kept,
  not,
]

const alertActs: Readonly<Record<string, string>> = {
  acknowledged: 'Took up …',
  snoozed: 'Put off …',
  resolved: 'Closed …',
  open: 'Opened … again',
}

/**
 * What was done, as the audit tells it to people: one phrase for every operation that changes something. “…” is where the
 * thing stands that it was done to, at the end where there is none. Two phrases: where nothing was there before, and where
 * something was. The operation's own name stays in the record, for exports and programs.
 */
const phrases: Readonly<Record<string, string | readonly [added: string, changed: string] | Told>> = {
  'performance.actOnAlert': [
    ({ state }) => alertActs[String(state)] ?? 'Dealt with …',
    'Dealt with …',
    ...Object.values(alertActs),
  ],
  'performance.makeTaskOfAlert': 'Made a …',
  'performance.saveAlertRule': ['Added …', 'Changed …'],
  'performance.removeAlertRule': 'Removed …',
  'performance.saveAlertChannel': ['Added …', 'Changed …'],
  'performance.removeAlertChannel': 'Removed …',
  'performance.tryAlertChannel': 'Sent a trial by …',
  'performance.sendAgain': 'Sent a message again by …',
  'reviews.saveDeck': ['Made …', 'Changed …'],
  'reviews.startDeck': 'Began …',
  'reviews.writeNote': 'Wrote a …',
  'reviews.saveAction': ['Agreed …', 'Changed …'],
  'reviews.makeTask': 'Made a …',
  'reviews.issue': 'Issued …',
  'reviews.subscribe': byWord(
    'on',
    'Asked for the …',
    'Wanted no more of the …',
    'Chose which letters to take: …',
  ),
  'reviews.setReminders': byWord('on', 'Switched on …', 'Switched off …', 'Set …'),
  'reviews.say': 'Wrote a …',
  'reviews.takeBack': 'Took back a …',
  'reviews.markSeen': 'Marked mentions as seen',
  'plan.start': 'Began …',
  'plan.edit': 'Filled in figures of …',
  'plan.reshape': 'Changed lines or periods of …',
  'plan.comment': 'Commented on a figure of …',
  'plan.resolve': 'Dealt with a comment on …',
  'plan.propose': 'Suggested figures for …',
  'plan.settle': byWord('taken', 'Took the …', 'Refused the …', 'Decided on the …'),
  'plan.carry': 'Stood … beside the actuals',
  'plan.submit': 'Asked for approval of …',
  'plan.approve': 'Approved …',
  'plan.refuse': 'Gave back …',
  'plan.lock': 'Locked …',
  'plan.removeVersion': 'Deleted …',
  'plan.freeze': 'Kept a copy of …',
  'plan.saveRules': 'Changed the …',
  'plan.attach': 'Attached …',
  'plan.removeAttachment': 'Removed …',
  'plan.saveRates': 'Set the …',
  'plan.takeBudget': 'Took an imported budget: …',
  'plan.saveItem': ['Added …', 'Changed …'],
  'plan.removeItem': 'Removed …',
  'plan.transfer': where('asked', 'Asked to move money: …', 'Moved money: …'),
  'plan.consentTransfer': where('consented', 'Consented to the …', 'Moved money, consented to: …'),
  'plan.refuseTransfer': 'Gave back the …',
  'plan.saveCommitment': ['Added …', 'Changed …'],
  'plan.recordSpent': 'Recorded what was …',
  'plan.saveCase': ['Added …', 'Changed …'],
  'plan.submitCase': 'Asked for approval of …',
  'plan.approveCase': 'Approved …',
  'plan.refuseCase': 'Gave back …',
  'plan.attachCase': 'Put a business case into …',
  'plan.detachCase': 'Took a business case out of …',
  'plan.withdrawCase': 'Withdrew the approval of …',
  'plan.close': 'Closed …',
  'plan.overlay': 'Expected something else than the baseline of …',
  'plan.removeOverlay': 'Took back the …',
  'plan.adjustPhasing': 'Weighed days or hours of …',
  'plan.bring': 'Brought a line of … to a figure',
  'plan.signStep': byWord(
    'signed',
    'Signed a step: …',
    'Took the signature of a step back: …',
    'Signed a step, or took the signature back: …',
  ),
  'plan.acceptCheck': where('why', 'Accepted a check: …', 'Took the acceptance of a check back: …'),
  'plan.saveCapacity': 'Said how many orders can be shipped in a day: …',
  'plan.saveRisk': ['Added …', 'Changed …'],
  'plan.saveStrategy': ['Wrote the …', 'Changed the …'],
  'connections.connect': ['Connected …', 'Gave new credentials to …'],
  'connections.sync': 'Had … read now',
  'connections.pause': 'Paused …',
  'connections.resume': 'Resumed …',
  'connections.reread': 'Had history of … read again',
  'connections.replay': 'Had kept records of … read anew',
  'connections.disconnect': 'Disconnected …',
  'connections.watch': 'Began to watch the folder …',
  'connections.unwatch': 'Stopped watching the folder …',
  'connections.erasePerson': 'Erased …',
  'connections.saveLinking': 'Changed which records are taken for one',
  'connections.link': byWord(
    'together',
    'Said that two records are one: …',
    'Said that two records are not one: …',
    'Said whether two records are one: …',
  ),
  'connections.unsayLink': 'Took back what was said of two records: …',
  'connections.import': [
    ({ file }) => (typeof file === 'string' ? `Imported ${file} into …` : 'Imported a file into …'),
    'Imported a file into …',
  ],
  'connections.saveMapping': ['Saved the mapping …', 'Changed the mapping …'],
  'connections.removeMapping': 'Removed the mapping …',
  'members.invite': 'Invited …',
  'members.withdraw': 'Withdrew the invitation of …',
  'members.setRole': 'Changed what … may see and do',
  'members.remove': 'Removed …',
  'members.resetPassword': 'Gave a new password to …',
  'members.resetTwoFactor': 'Switched off the second factor of …',
  'members.revokeSession': 'Signed out another session',
  'members.createKey': 'Made the API key …',
  'members.revokeKey': 'Revoked the API key …',
  'members.setUp': 'Set up this installation',
  'members.acceptInvitation': 'Accepted the invitation',
  'members.resetOwnPassword': 'Set a new password by a mailed link',
  'members.signIn': 'Signed in',
  'members.signOut': 'Signed out',
  'members.confirm': 'Confirmed a second factor',
  'members.changePassword': 'Changed their password',
  'members.changeProfile': 'Changed their name or picture',
  'members.setUpTwoFactor': 'Set up a second factor',
  'members.disableTwoFactor': 'Switched off their second factor',
  'members.renewBackupCodes': 'Renewed their recovery codes',
  'settings.saveStore': ['Added the …', 'Changed the …'],
  'settings.saveCompany': ['Set the …', 'Changed the …'],
  'settings.saveEvent': ['Added the …', 'Changed the …'],
  'settings.saveEventRule': 'Made …',
  'settings.removeEventRule': 'Made no more …',
  'settings.saveWaterfall': 'Changed which costs come off in which tier',
  'settings.saveCostRate': ['Set the …', 'Changed the …'],
  'settings.removeCostRate': 'Removed the …',
  'settings.saveCostAccounts': 'Said on which accounts a cost is booked: …',
  'settings.setMetricOwner': 'Changed the …',
  'settings.removeEvent': 'Removed the …',
  'settings.saveTarget': ['Set the …', 'Changed the …'],
  'settings.removeTarget': 'Removed the …',
  'settings.saveMetric': ['Added the …', 'Changed the …'],
  'settings.removeMetric': 'Removed the …',
  'settings.saveDimension': ['Added the …', 'Changed the …'],
  'settings.removeDimension': 'Removed the …',
}

/** Whether there is a phrase for an operation: one that was renamed since has none. */
export const hasActWords = (operation: string): boolean => operation in phrases

const isTold = (phrase: (typeof phrases)[string] | undefined): phrase is Told =>
  typeof phrase?.[0] === 'function'

/** The phrase alone. */
const phraseOf = (operation: string, { before, after }: Kept): string => {
  const own = phrases[operation]
  if (typeof own === 'string') return own
  if (isTold(own)) return own[0]((after ?? {}) as Readonly<Record<string, unknown>>)
  if (own !== undefined) return own[before === null ? 0 : 1]
  // What an earlier release wrote: its name in plain letters.
  const plain = (operation.split('.').at(-1) ?? operation).replaceAll(/([A-Z])/g, ' $1').toLowerCase()
  return `${capital(plain)}: …`
}

/** A thing as people write it: days and months in words, no underscores. */
const thingWords = (subject: string): string =>
  subject
    .replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, day => showDay(day))
    .replaceAll(/\bperiod (\d{4}-\d{2})\b/g, (_, month: string) =>
      spanWords(`${month}-01`, monthEnd(`${month}-01`)),
    )
    .replaceAll(/\b[a-z]+(?:_[a-z]+)+\b/g, name => name.replaceAll('_', ' '))

/** What somebody did, to be read after their name: “Approved plan LE1-2026”. */
export function actWords(operation: string, subject: string, kept: Kept): string {
  const phrase = phraseOf(operation, kept)
  const thing = thingWords(subject)
  if (!phrase.includes('…')) return phrase
  return thing ? phrase.replace('…', () => thing) : phrase.replace(/[:\s]*…\s*/, ' ').trim()
}

/** Operations whose phrase has the text in it, in any case: what somebody means who searches for “approved”. */
export const actsSaying = (text: string): string[] =>
  Object.entries(phrases).flatMap(([operation, phrase]) =>
    [phrase].flat().some(one => typeof one === 'string' && one.toLowerCase().includes(text.toLowerCase()))
      ? [operation]
      : [],
  )
