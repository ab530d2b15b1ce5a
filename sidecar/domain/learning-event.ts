/** What the LMS says a learner did, after the wire form was checked (`http/schema` and `activity` read it from outside). */
export interface LearningEvent {
  /** The sender's own id; with the source it is the idempotency key. */
  readonly id: string
  /** Moodle class name with its leading backslash, or a declared `custom.*` name. */
  readonly event: string
  /** When it happened, milliseconds since the epoch. */
  readonly time: number
  /** The learner, as the LMS knows them. */
  readonly user: string
  /** Who caused it, where that is somebody else (a grader, an administrator). */
  readonly actor: string | null
  readonly course: string | null
  /** The institution's own ID number of the course, where the sender knows it. */
  readonly courseIdnumber: string | null
  /** `module:cmid`, such as `quiz:123`. */
  readonly activity: string | null
  /** `table:id`, such as `quiz_attempts:991`. */
  readonly object: string | null
  readonly origin: string | null
  readonly data: EventData
  /** True: keep what this proves (a badge, a completion), decide nothing. */
  readonly factsOnly: boolean
}

export type FieldValue = number | boolean | string
export type EventData = Readonly<Record<string, FieldValue>>

/** Keys that a sender may put in `data`, the same in PHP, TypeScript and packs. */
export const DATA_KEYS = [
  'score',
  'passed',
  'attempt',
  'duration_seconds',
  'items',
  'rapid_items',
  'words',
  'characters',
  'files',
  'text_hash',
  'file_hash',
  'similarity',
  'reply_to',
  'seconds_since_last',
  'late',
  'graded_by',
  'module',
  'state',
  'previous_state',
  'completion_rate',
  'badge',
  'group',
  'ip_hash',
  'screen',
] as const

/** Fields of the event itself that a condition may test besides `data`. */
export const EVENT_FIELDS = ['course', 'activity', 'object', 'origin', 'actor', 'event'] as const

/** The value a condition sees under `field`: a field of the event, or a key of its data. */
export function fieldOf(event: LearningEvent, field: string): FieldValue | undefined {
  switch (field) {
    case 'course':
      return event.course ?? undefined
    case 'activity':
      return event.activity ?? undefined
    case 'object':
      return event.object ?? undefined
    case 'origin':
      return event.origin ?? undefined
    case 'actor':
      return event.actor ?? undefined
    case 'event':
      return event.event
    default:
      return Object.hasOwn(event.data, field) ? event.data[field] : undefined
  }
}
