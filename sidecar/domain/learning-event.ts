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

/** No control characters, and no half of a surrogate pair, which SQLite would turn into another text. */
export const PLAIN = '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$'

const percent = { type: 'number', minimum: 0, maximum: 100 } as const
const count = { type: 'integer', minimum: 0 } as const
const seconds = { type: 'number', minimum: 0 } as const
const truth = { type: 'boolean' } as const
const text = { type: 'string', maxLength: 255, pattern: PLAIN } as const
const numberOrText = { ...text, type: ['number', 'string'] } as const

/** Keys of `data` and their values as JSON Schemas, the same in PHP, TypeScript and packs; a sender may add others. */
export const DATA_FIELDS = {
  score: { ...percent, description: 'percent of what could be reached' },
  passed: { ...truth, description: 'whether the grade to pass was reached' },
  attempt: { ...count, description: 'the number of the attempt' },
  duration_seconds: { ...seconds, description: 'how long it took, in seconds' },
  items: { ...count, description: 'how many questions or parts it had' },
  rapid_items: { ...count, description: 'how many of them were answered too fast to have been read' },
  words: { ...count, description: 'how many words were written' },
  characters: { ...count, description: 'how many characters were written' },
  files: { ...count, description: 'how many files were handed in' },
  text_hash: { ...text, description: 'what was written, as a keyed hash: only to tell whether two are the same' },
  file_hash: { ...text, description: 'what was handed in, as a keyed hash: only to tell whether two are the same' },
  similarity: { ...percent, description: 'percent that is like other work, as the sender measures it' },
  reply_to: { ...text, description: 'what a post answers' },
  seconds_since_last: { ...seconds, description: 'time since the learner’s last activity, in seconds' },
  late: { ...truth, description: 'whether it came after the due date' },
  graded_by: { ...text, description: 'who gave the grade' },
  module: { ...text, description: 'the kind of activity, such as quiz' },
  state: { ...numberOrText, description: 'Moodle’s completion state' },
  previous_state: { ...numberOrText, description: 'Moodle’s completion state before' },
  completion_rate: { ...percent, description: 'percent of the event’s course that is complete' },
  badge: { ...text, description: 'the badge’s name' },
  group: { ...text, description: 'the group it was done in' },
  ip_hash: { ...text, description: 'the address it came from, as a keyed hash' },
  screen: { ...text, description: 'what the site’s own screening matched' },
  undone: { ...truth, description: 'a custom event was called off: what it paid is taken back' },
} as const

export type DataKey = keyof typeof DATA_FIELDS
export const DATA_KEYS = Object.keys(DATA_FIELDS) as readonly DataKey[]

/** Keys that are never anything but a number. */
export const NUMBER_KEYS: readonly string[] = DATA_KEYS.filter((key) => 'minimum' in DATA_FIELDS[key])

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
