/** From what the records of a log say to events: times in UTC, ids, and the staff's own doings left out. */
import type { EventData, LearningEvent } from '../domain/learning-event.js'
import { actOf, isGradedClass, ownedByLearner } from '../domain/meaning.js'
import type { FaultList } from './fault-list.js'
import { type Happening, importIds } from './import-id.js'
import { type DateOrder, fits, type ZoneClock } from './log-dates.js'
import type { LogFile, TimedDeed } from './log-file.js'

export interface LogReading {
  readonly source: string
  readonly clock: ZoneClock
  /** Null: as the file's own times prove it, else day first. */
  readonly dates: DateOrder | null
  /** Whose own events are left out. */
  readonly staff: ReadonlySet<string>
}

export interface LogEvents {
  /** Oldest first. */
  readonly events: LearningEvent[]
  /** Staff whose own events were left out, and how many those were. */
  readonly staff: ReadonlySet<string>
  readonly ofStaff: number
  readonly withoutScore: number
  readonly withoutState: number
  /** No time of the file proves which part of a date is the day. */
  readonly datesAssumed: boolean
}

const COMPLETION = '\\core\\event\\course_module_completion_updated'
const NONE: LogEvents = {
  events: [],
  staff: new Set(),
  ofStaff: 0,
  withoutScore: 0,
  withoutState: 0,
  datesAssumed: false,
}

/** The events of one log export. Times that cannot be read go to `faults`. */
export function eventsOfLog(log: LogFile, reading: LogReading, faults: FaultList): LogEvents {
  const found = log.order.order()
  if (reading.dates === null && 'contradiction' in found) {
    const [dayFirst, monthFirst] = found.contradiction
    faults.add(
      0,
      `has times that only fit day/month/year (line ${dayFirst}) and times that only fit month/day/year (line ` +
        `${monthFirst}), so none were read: pass --dates dmy or --dates mdy`,
    )
    return NONE
  }
  const order = reading.dates ?? ('order' in found ? found.order : 'dmy')
  const dated = timesOf(log, order, reading.clock, faults)
  const dataOf = sharing()
  const drafts = dated.map(({ deed, time }) => eventOf(deed, time, log, dataOf))
  const happenings = drafts.map((draft, index) => happening(draft, dated[index]!.deed))
  importIds(reading.source, happenings).forEach((id, index) => {
    drafts[index]!.id = id
  })

  const kept: LearningEvent[] = []
  const staff = new Set<string>()
  for (const event of drafts) {
    if (reading.staff.has(event.user) && !takesBack(event)) staff.add(event.user)
    else kept.push(event)
  }
  return {
    events: kept,
    staff,
    ofStaff: drafts.length - kept.length,
    withoutScore: kept.filter((event) => isGradedClass(event.event)).length,
    withoutState: kept.filter((event) => event.event === COMPLETION && event.data.state === undefined).length,
    datesAssumed: reading.dates === null && 'proven' in found && !found.proven && kept.length > 0,
  }
}

/** An event whose id comes last, because it hangs on its neighbours. */
type Draft = Omit<LearningEvent, 'id'> & { id: string }

interface Dated {
  readonly deed: TimedDeed
  readonly time: number
}

/** Oldest first. An export is newest first, and so are the records of one minute in it. */
function timesOf(log: LogFile, order: DateOrder, clock: ZoneClock, faults: FaultList): Dated[] {
  const dated: Dated[] = []
  for (const deed of log.deeds) {
    const time = clock.toUtc(deed.written, order)
    if (time !== null) dated.push({ deed, time })
    else {
      const other = fits(deed.written, 'dmy') ? 'day/month/year' : 'month/day/year'
      faults.add(deed.line, `has a time that only fits ${other}, unlike what --dates says`)
    }
  }
  const [first, last] = [dated[0], dated.at(-1)]
  return first && last && first.time >= last.time ? dated.reverse() : dated
}

/** The course and the module that the record leaves out come from the rest of its file: never from the id. */
function eventOf(deed: TimedDeed, time: number, log: LogFile, dataOf: DataOf): Draft {
  const module = deed.cmid === null ? deed.module : (deed.module ?? log.modules.get(deed.cmid) ?? null)
  return {
    id: '',
    event: deed.event,
    time,
    user: deed.user,
    actor: deed.actor,
    course: deed.course ?? log.course,
    courseIdnumber: null,
    // A completion is one deed by its course module's id alone, so that id stays even where nobody says of what kind it is.
    activity: deed.cmid === null ? null : `${module ?? 'cm'}:${deed.cmid}`,
    object: deed.object,
    origin: deed.origin,
    data: dataOf(deed, module),
    factsOnly: false,
  }
}

type DataOf = (deed: TimedDeed, module: string | null) => EventData

/** Most records say nothing besides the module: its events share one object. */
function sharing(): DataOf {
  const shared = new Map<string, EventData>()
  return ({ data }, module) => {
    if (module === null) return data
    if (Object.keys(data).length > 0) return { ...data, module }
    const known = shared.get(module) ?? Object.freeze({ module })
    shared.set(module, known)
    return known
  }
}

/** Only what the record itself says: another export of the same log may speak of more courses. */
const happening = (event: Draft, deed: TimedDeed): Happening => ({
  time: event.time,
  event: event.event,
  user: event.user,
  act: actOf({ ...event, course: deed.course }),
  state: event.data.state ?? null,
  digest: deed.digest,
})

/** What staff delete was a learner's: that learner's points hang on it. */
const takesBack = (event: LearningEvent): boolean => /_(deleted|removed)$/.test(event.event) && ownedByLearner(event)
