/**
 * What Moodle's event classes mean. Rules listen to meanings (aliases such as `quiz.graded`), and each class
 * that stands for a deed gives it one *act key*, the same for every class that reports it, so that one deed pays once.
 */
import type { EventData, LearningEvent } from './learning-event.js'
import { ALIASES, DEEDS, GRADED, OLD_NAMES } from './moodle-events.js'

const CLASS_NAME = /^\\[a-z][a-z0-9_]*(?:\\[a-z0-9_]+)*\\event\\[a-z0-9_]+$/
const CUSTOM_NAME = /^custom\.[a-z0-9_]+(?:\.[a-z0-9_]+)*$/

const deedOfClass = new Map(DEEDS.flatMap((deed) => deed.classes.map((name) => [name, deed] as const)))
const gradedClasses = new Set([...GRADED].flatMap((alias) => ALIASES[alias] ?? []))
const knownClasses = new Set([...Object.values(ALIASES).flat(), ...deedOfClass.keys()])

export const aliases: readonly string[] = Object.keys(ALIASES)
export const classNames: readonly string[] = [...knownClasses].sort()
export const isCustomName = (name: string): boolean => CUSTOM_NAME.test(name)
export const isKnownClass = (name: string): boolean => knownClasses.has(name)

/** What a rule may name under `event`, resolved. */
export interface Listening {
  /** The classes (or the custom name) to listen to. */
  readonly classes: readonly string[]
  /** The meaning that narrows them, where the rule named one. */
  readonly alias: string | null
}

/**
 * Resolves a name as a rule or a sender writes it: an alias, a class with or without its leading backslash, an old name,
 * or a `custom.*` name. Null: it is none of these.
 */
export function resolveName(written: string): Listening | null {
  if (Object.hasOwn(ALIASES, written)) return { classes: ALIASES[written] ?? [], alias: written }
  if (CUSTOM_NAME.test(written)) return { classes: [written], alias: null }
  const name = written.startsWith('\\') ? written : `\\${written}`
  const old = Object.hasOwn(OLD_NAMES, name) ? OLD_NAMES[name] : undefined
  if (old) return resolveName(old)
  return CLASS_NAME.test(name) ? { classes: [name], alias: null } : null
}

/** The one name under which an event on the wire is kept. Null: not a name at all. */
export function canonicalName(written: string): string | null {
  return resolveName(written)?.classes[0] ?? null
}

const COMPLETE = new Set<unknown>([1, 2, '1', '2', 'complete', 'complete_pass'])

/** Whether a completion event says *complete* (Moodle's states 1 and 2). One that names no state is taken at its word. */
export function saysComplete(event: LearningEvent): boolean {
  const state = event.data.state
  return state === undefined || COMPLETE.has(state)
}

/** Whether an event is one that a name stands for. */
export const hears = ({ classes, alias }: Listening, event: LearningEvent): boolean =>
  classes.includes(event.event) && (alias === null || meansAlias(event, alias))

/** Whether this event, of one of the alias's classes, really means the alias. */
export function meansAlias(event: LearningEvent, alias: string): boolean {
  if (alias === 'activity.completed') return saysComplete(event)
  if (alias === 'activity.uncompleted') return !saysComplete(event)
  return true
}

/**
 * Whether a custom event says that it was called off (`data.undone`): what it paid is taken back. Moodle's own events have
 * another class for that; an institution need not declare a second name.
 */
export const callsOff = (event: LearningEvent): boolean => event.data.undone === true && isCustomName(event.event)

/** What an alias says that its class does not, so that an event which names it need not; null for nearly all. */
export const impliedData = (alias: string): EventData | null => (alias === 'activity.uncompleted' ? { state: 0 } : null)

/** Whether the alias waits for a grade, so that an event without `score` uses up nothing. */
export const waitsForGrade = (alias: string | null): boolean => alias !== null && GRADED.has(alias)

/** Whether the class is one whose score may come later. */
export const isGradedClass = (event: string): boolean => gradedClasses.has(event)

/**
 * The act key: the deed this event reports, the same whatever class or road brings it. Null where a class stands for no
 * single deed (a view, a login), or where the event lacks the object.
 */
export function actOf(event: LearningEvent): string | null {
  const deed = deedOfClass.get(event.event)
  if (!deed) return null
  if (deed.by === 'object') return event.object === null ? null : `${deed.act}:${event.object}`
  if (deed.by === 'course') return event.course === null ? null : `${deed.act}:course:${event.course}`
  const cmid = event.activity?.split(':')[1]
  return cmid === undefined ? null : `${deed.act}:cm:${cmid}`
}

/** The name of the deed that a class reports, `forum.post`; null where it stands for no single deed. */
export const deedNameOf = (event: string): string | null => deedOfClass.get(event)?.act ?? null

/** Whether a class reports that a deed was undone: nothing was done then. */
export const undoes = (event: string): boolean => /_(deleted|removed)$/.test(event)

const classesOfDeed = new Map(DEEDS.map(({ act, classes }) => [act, classes]))

/** The classes that report a deed, its undoing included. */
export const classesOf = (deed: string): readonly string[] => classesOfDeed.get(deed) ?? []

const ownActs = new Set(DEEDS.filter(({ own }) => own).map(({ act }) => act))

/** Whether an act key names what belongs to one learner alone: nobody else can ever be paid for it. */
export const belongsToOne = (act: string): boolean => ownActs.has(act.split(':', 1)[0] ?? '')

/** Whether the deed's object belongs to one learner alone (a post), rather than being shared (a badge, an activity). */
export const ownedByLearner = (event: LearningEvent): boolean => deedOfClass.get(event.event)?.own ?? false
