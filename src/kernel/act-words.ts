import { monthEnd } from './day.ts'
import { showDay } from './format.ts'
import { spanWords } from './view.ts'

/**
 * What was done, as the audit tells it to people: one phrase for every operation that changes something. “…” is where the
 * thing stands that it was done to, at the end where there is none. Two phrases: where nothing was there before, and where
 * something was. The operation's own name stays in the record, for exports and programs.
 */
const phrases: Readonly<Record<string, string | readonly [added: string, changed: string]>> = {
  'performance.actOnAlert': 'Dealt with …',
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
  'reviews.subscribe': 'Chose which letters to take: …',
  'reviews.setReminders': 'Set …',
  'reviews.say': 'Wrote a …',
  'reviews.takeBack': 'Took back a …',
  'reviews.markSeen': 'Marked mentions as seen',
  'plan.start': 'Began …',
  'plan.edit': 'Filled in figures of …',
  'plan.reshape': 'Changed lines or periods of …',
  'plan.comment': 'Commented on a figure of …',
  'plan.resolve': 'Dealt with a comment on …',
  'plan.propose': 'Suggested figures for …',
  'plan.settle': 'Decided on suggested figures: …',
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
  'plan.transfer': 'Moved money, or asked to: …',
  'plan.consentTransfer': 'Consented to the …',
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
  'plan.signStep': 'Signed a step, or took the signature back: …',
  'plan.acceptCheck': 'Accepted a check: …',
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
  'connections.link': 'Said whether two records are one: …',
  'connections.unsayLink': 'Took back what was said of two records: …',
  'connections.import': 'Imported a file into …',
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

/** The phrase alone, as one searches by it. */
const phraseOf = (operation: string, changed: boolean): string => {
  const own = phrases[operation]
  if (own !== undefined) return typeof own === 'string' ? own : own[changed ? 1 : 0]
  // What an earlier release wrote: its name in plain letters.
  const plain = (operation.split('.').at(-1) ?? operation).replaceAll(/([A-Z])/g, ' $1').toLowerCase()
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}: …`
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
export function actWords(operation: string, subject: string, changed: boolean): string {
  const phrase = phraseOf(operation, changed)
  const thing = thingWords(subject)
  if (!phrase.includes('…')) return phrase
  return thing ? phrase.replace('…', () => thing) : phrase.replace(/[:\s]*…\s*/, ' ').trim()
}

/** Operations whose phrase has the text in it, in any case: what somebody means who searches for “approved”. */
export const actsSaying = (text: string): string[] =>
  Object.entries(phrases).flatMap(([operation, phrase]) =>
    [phrase].flat().some(one => one.toLowerCase().includes(text.toLowerCase())) ? [operation] : [],
  )
