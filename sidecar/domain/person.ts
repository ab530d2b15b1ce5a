/**
 * People in what is kept of a learner. Whoever else has to do with it (a grader, an administrator) stands there by subject,
 * so that erasing them deletes the way back to them.
 */
import { fieldOf, type LearningEvent } from './learning-event.js'
import type { Reason } from './reason.js'

const MOODLE = 'moodle:'
const SUBJECT = 'subject:'

/** What an actor is called who is the learner themselves. */
export const THE_LEARNER = 'the learner'

/** Somebody who is named, and whom nobody knows any more: a subject that is no person's. */
export const NOBODY_KNOWN = `${SUBJECT}${'0'.repeat(24)}`

/** Somebody as the LMS knows them, as actions call them; none is written down like that. */
export const personOf = (id: string): string => `${MOODLE}${id}`

/** Somebody as they are written down. */
export const bySubject = (subject: string): string => `${SUBJECT}${subject}`

/** The LMS's id of an actor; null: it is nobody in the LMS, but `server`, `bridge`, `cli:NAME`, `token:ID`. */
export const idIn = (actor: string): string | null => after(MOODLE, actor)

/** The subject of an actor; null: they are not called by one. */
export const subjectIn = (actor: string): string | null => after(SUBJECT, actor)

const after = (prefix: string, text: string): string | null =>
  text.startsWith(prefix) ? text.slice(prefix.length) : null

/** What `graded_by` says of how a grade came about. Anything else there is somebody’s id. */
const GRADED: ReadonlySet<unknown> = new Set(['automatic', 'peer', 'person', 'self', 'system'])

/** Whether `graded_by` names somebody. */
export const isGrader = (gradedBy: unknown): gradedBy is string => typeof gradedBy === 'string' && !GRADED.has(gradedBy)

/** An event as it is kept. @param name what somebody of the LMS is called there. */
export function keptOf(event: LearningEvent, name: (id: string) => string): LearningEvent {
  const { actor, data } = event
  const { graded_by: gradedBy } = data
  if (actor === null && !isGrader(gradedBy)) return event
  return {
    ...event,
    actor: actor === null ? null : name(actor),
    data: isGrader(gradedBy) ? { ...data, graded_by: name(gradedBy) } : data,
  }
}

const NAMING: ReadonlySet<unknown> = new Set(['actor', 'graded_by'])

/** A decision as it is kept with an event: a refusal says what the event carried. */
export function decidedOn<D extends { readonly reason: Pick<Reason, 'params'> }>(decision: D, kept: LearningEvent): D {
  const { reason } = decision
  const { field, value = null } = reason.params
  if (!NAMING.has(field) || value === null) return decision
  return {
    ...decision,
    reason: { ...reason, params: { ...reason.params, value: fieldOf(kept, String(field)) ?? null } },
  }
}

/** Who did something, and by which road it came. */
export type Doer = Pick<LearningEvent, 'actor' | 'user' | 'origin'>

/** Whether the learner did it; what others, or Moodle itself, did for them says nothing about how they work. */
export const didThemselves = ({ actor, user, origin }: Doer): boolean =>
  (actor === null || actor === user || actor === THE_LEARNER) && origin !== 'cli' && origin !== 'restore'
