/**
 * Events about running a course rather than learning in it: only staff can cause most of them, which is how staff are
 * told from learners, because a log does not say who is what.
 */

interface Running {
  /** Whoever does it is staff. */
  readonly staff?: readonly string[]
  /** Whoever does it to somebody else is staff; learners do it to themselves (they enrol, join a group). */
  readonly staffToOthers?: readonly string[]
  /** Anybody can do it, and it is no learning. */
  readonly anybody?: readonly string[]
}

/** By component and event name as a log export in English shows them. */
const RUNNING: Readonly<Record<string, Running>> = {
  System: {
    staff: [
      'Badge created',
      'Badge enabled',
      'Badge updated',
      'Course backup created',
      'Course completion updated',
      'Course created',
      'Course module created',
      'Course module deleted',
      'Course module updated',
      'Course reset started',
      'Course restored',
      'Course section created',
      'Course section deleted',
      'Course section updated',
      'Course updated',
      'Enrolment instance created',
      'Enrolment instance deleted',
      'Enrolment instance updated',
      'Grade item created',
      'Grade item deleted',
      'Grade item updated',
      'Group created',
      'Group deleted',
      'Group updated',
      'Grouping created',
      'Grouping deleted',
      'Grouping updated',
      'Scale created',
      'Scale updated',
    ],
    staffToOthers: [
      'Grade deleted',
      'Group member added',
      'Group member removed',
      'Role assigned',
      'Role unassigned',
      'User enrolled in course',
      'User enrolment updated',
      'User unenrolled from course',
      'User unenrolment updated',
    ],
    anybody: [
      'Badge listing viewed',
      'Badge viewed',
      'Calendar event created',
      'Calendar event deleted',
      'Calendar event updated',
      'Course activities overview page viewed',
      'Course module instance list viewed',
      'Course reset ended',
      'Course summary viewed',
      'Dashboard viewed',
      'Group message sent',
      'My courses viewed',
      'Notification sent',
      'Notification viewed',
      'Recent activity viewed',
      'User list viewed',
      'User logged out',
      'User profile viewed',
      'User updated',
    ],
  },
  'Activity report': { staff: ['Outline report viewed'] },
  Assignment: {
    staff: [
      'All the submissions are being downloaded.',
      'An extension has been granted.',
      'Assignment override created',
      'Batch set marker allocation viewed',
      'Batch set workflow state viewed.',
      'Grading form viewed',
      'Grading table viewed',
      'The allocated marker has been updated.',
      'The identities have been revealed.',
      'The state of the workflow has been updated.',
      'The submission has been graded.',
      'The submissions have been locked for a user.',
      'The submissions have been unlocked for a user.',
    ],
    anybody: ['Remove submission confirmation viewed.'],
  },
  Attendance: { staff: ['Attendance report viewed', 'Attendance taken', 'Session added', 'Status updated'] },
  Book: { staff: ['Chapter created', 'Chapter deleted', 'Chapter updated'] },
  Choice: { staff: ['Choice report downloaded'] },
  'Course completion': { staff: ['Completion report viewed'] },
  'Course participation': { staff: ['Participation report viewed'] },
  Database: { staff: ['Field created', 'Field updated', 'Template updated'] },
  Feedback: { staff: ['Response deleted'] },
  Folder: { staff: ['Folder updated'] },
  Forum: {
    staff: ['Discussion moved', 'Discussion pinned', 'Subscribers viewed'],
    anybody: ['Course searched', 'Subscription created', 'Subscription deleted', 'User report viewed'],
  },
  Glossary: { staff: ['Category has been created', 'Entry has been approved', 'Entry has been disapproved'] },
  'Grade history': { staff: ['Grade history report viewed'] },
  'Grader report': { staff: ['Grader report viewed'] },
  Lesson: { staff: ['Essay assessed', 'Lesson override created', 'Page created', 'Page updated'] },
  'Live logs': { staff: ['Live log report viewed'] },
  Logs: { staff: ['Log report viewed'], staffToOthers: ['User log report viewed'] },
  'Outcomes report': { staff: ['Grade outcomes report viewed'] },
  'Overview report': { anybody: ['Grade overview report viewed'] },
  Quiz: {
    staff: [
      'Question manually graded',
      'Quiz attempt preview started',
      'Quiz attempt regraded',
      'Quiz edit page viewed',
      'Quiz override created',
      'Quiz report viewed',
      'Slot created',
      'Slot mark updated',
    ],
    staffToOthers: ['Quiz attempt deleted', 'Quiz attempt reviewed'],
  },
  'SCORM package': { staff: ['Report viewed'], staffToOthers: ['Interactions viewed', 'Tracks viewed'] },
  'Single view': { staff: ['Grade single view report viewed.'] },
  Statistics: { staff: ['Statistics report viewed'] },
  'User report': { staffToOthers: ['Grade user report viewed'] },
  Workshop: { staff: ['Assessment evaluations reset', 'Phase switched', 'Submission assessments cleared'] },
}

type Kind = keyof Running

const kinds = new Map<string, Kind>()
for (const [component, running] of Object.entries(RUNNING)) {
  for (const kind of ['staff', 'staffToOthers', 'anybody'] as const) {
    for (const name of running[kind] ?? []) kinds.set(`${component}\n${name}`, kind)
  }
}

/** Whether the event is known to be about running a course. */
export const isCourseRunning = (component: string, name: string): boolean => kinds.has(`${component}\n${name}`)

/**
 * Whether what this record tells shows that the person who did it is staff.
 * @param toSomebodyElse whether the record names a second person.
 */
export function showsStaff(component: string, name: string, toSomebodyElse: boolean): boolean {
  const kind = kinds.get(`${component}\n${name}`)
  return kind === 'staff' || (kind === 'staffToOthers' && toSomebodyElse)
}
