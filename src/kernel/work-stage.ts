/** What standing in a section or list means for the work, as far as its name and place say. */
export type WorkStage = 'waiting' | 'doing' | 'done'

/** Whether work in a section is finished, told by its name: Trello itself knows no such lists. */
export const isFinal = (name: string): boolean =>
  /^\W*(done|completed?|finished|shipped|live|erledigt|fertig|terminée?s?|hecho|klaar|fatto)\b/i.test(name)

const going =
  /^\W*(doing|in progress|in work|wip|building|(?:in )?review|testing|in arbeit|en cours|en curso|mee bezig|in corso)\b/i
const waits =
  /^\W*(backlog|ideas?|inbox|ice ?box|to.?do|new|next|later|soon|someday|(?:this|next) (?:week|month|quarter|sprint)|planned|ready|requests?|triage|untitled section|offen|geplant|à faire|por hacer|te doen|da fare)\b/i

/**
 * By its name; where that says nothing, the first of several is where work waits, and any other where it is done. `place`
 * is its number from 0 among those of its project, null for one that is no more.
 */
export const workStage = (name: string, place: number | null): WorkStage =>
  isFinal(name)
    ? 'done'
    : going.test(name)
      ? 'doing'
      : name === '' || waits.test(name) || place === 0
        ? 'waiting'
        : 'doing'
