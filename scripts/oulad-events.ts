/**
 * Turns assessment results of the Open University Learning Analytics data set (CC BY 4.0) into events for `simulate`:
 *
 *   node --import tsx scripts/oulad-events.ts student_assessment.csv.gz assessment.csv.gz > events.ndjson
 *
 * The data set counts days from the start of a presentation and does not say which day that was, only the month: `2013B`
 * began in February, `2013J` in October. Here each begins on the first of its month, and results come at noon UTC.
 */
import { pipeline } from 'node:stream'
import { pipeline as finished } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { parse } from 'csv-parse'
import { ActivityError } from '../sidecar/activity/activity-error.js'
import { probeFile, textOf } from '../sidecar/activity/file-text.js'

export interface Assessment {
  readonly code_module: string
  readonly code_presentation: string
  readonly id_assessment: string
  readonly assessment_type: string
}

export interface Result {
  readonly id_assessment: string
  readonly id_student: string
  /** Days since the presentation began; negative before it. */
  readonly date_submitted: string
  /** `TRUE`: carried over from an earlier presentation. */
  readonly is_banked: string
  /** 0–100, or `NA`. */
  readonly score: string
}

const FORMS: Readonly<Record<string, { module: string; event: string; table: string }>> = {
  TMA: { module: 'assign', event: '\\mod_assign\\event\\submission_graded', table: 'assign_grades' },
  CMA: { module: 'quiz', event: '\\mod_quiz\\event\\attempt_graded', table: 'quiz_attempts' },
  Exam: { module: 'quiz', event: '\\mod_quiz\\event\\attempt_graded', table: 'quiz_attempts' },
}

const MONTHS: Readonly<Record<string, number>> = { B: 2, J: 10 }

/** The wire event of one result. Null: banked, so nothing that happened in this presentation. */
export function eventOf(result: Result, assessment: Assessment): Record<string, unknown> | null {
  if (/^(true|1)$/i.test(result.is_banked)) return null
  const { code_presentation: presentation, id_assessment: id } = assessment
  const form = FORMS[assessment.assessment_type]
  const month = MONTHS[presentation.slice(4)]
  if (!form || !month)
    throw new ActivityError(`Assessment ${id} is of a kind or a presentation that is not known here.`)
  const noon = Date.UTC(Number(presentation.slice(0, 4)), month - 1, 1 + Number(result.date_submitted), 12)
  return {
    id: `oulad:${id}:${result.id_student}`,
    event: form.event,
    time: new Date(noon).toISOString(),
    user: result.id_student,
    course: `${assessment.code_module}-${presentation}`,
    activity: `${form.module}:${id}`,
    object: `${form.table}:${id}-${result.id_student}`,
    data: { module: form.module, ...(/^[\d.]+$/.test(result.score) && { score: Number(result.score) }) },
  }
}

async function* rowsOf<T>(path: string): AsyncGenerator<T> {
  const probe = await probeFile(path)
  if (probe.broken) throw new ActivityError(`${path} ${probe.broken}`)
  const rows = parse({ columns: true })
  // Whatever goes wrong before the parser reaches the loop below through the parser.
  pipeline(textOf(probe), rows, () => {})
  yield* rows as AsyncIterable<T>
}

async function main(results: string, assessments: string): Promise<void> {
  const known = new Map<string, Assessment>()
  for await (const row of rowsOf<Assessment>(assessments)) known.set(row.id_assessment, row)
  const counts = { events: 0, without_score: 0, banked: 0, unknown_assessment: 0 }
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rowsOf<Result>(results)) {
      const assessment = known.get(row.id_assessment)
      const event = assessment ? eventOf(row, assessment) : null
      if (!assessment) counts.unknown_assessment++
      else if (!event) counts.banked++
      else {
        counts.events++
        if (!('score' in (event.data as object))) counts.without_score++
        yield `${JSON.stringify(event)}\n`
      }
    }
  }
  await finished(lines, process.stdout)
  console.error(JSON.stringify(counts))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [results, assessments] = process.argv.slice(2)
  if (!results || !assessments) {
    console.error('usage: oulad-events.ts student_assessment.csv.gz assessment.csv.gz > events.ndjson')
    process.exitCode = 2
  } else {
    await main(results, assessments).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error)
      process.exitCode = 1
    })
  }
}
