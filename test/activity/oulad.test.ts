import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { eventOf } from '../../scripts/oulad-events.js'
import { readLearningEvent } from '../../sidecar/activity/learning-event.js'
import { readActivity } from '../../sidecar/activity/read-activity.js'
import { OPTIONS } from './files.js'
import { realData } from './real-data.js'

const script = fileURLToPath(new URL('../../scripts/oulad-events.ts', import.meta.url))

describe('an Open University result', () => {
  const result = { id_assessment: '1752', id_student: '11391', date_submitted: '18', is_banked: 'FALSE', score: '78' }
  const assessment = { code_module: 'AAA', code_presentation: '2013J', id_assessment: '1752', assessment_type: 'TMA' }

  it('becomes a wire event', () => {
    const event = eventOf(result, assessment)
    expect(event).to.deep.equal({
      id: 'oulad:1752:11391',
      event: '\\mod_assign\\event\\submission_graded',
      time: '2013-10-19T12:00:00.000Z',
      user: '11391',
      course: 'AAA-2013J',
      activity: 'assign:1752',
      object: 'assign_grades:1752-11391',
      data: { module: 'assign', score: 78 },
    })
    expect(readLearningEvent(event)).to.have.property('event')
  })

  it('of a computer-marked test or an exam is that of a quiz; one without a score has none', () => {
    const exam = eventOf(
      { ...result, date_submitted: '-1', score: 'NA' },
      { ...assessment, code_presentation: '2014B', assessment_type: 'Exam' },
    )
    expect(exam).to.include({ event: '\\mod_quiz\\event\\attempt_graded', time: '2014-01-31T12:00:00.000Z' })
    expect(exam?.data).to.deep.equal({ module: 'quiz' })
  })

  it('that was banked is none', () => expect(eventOf({ ...result, is_banked: 'TRUE' }, assessment)).to.equal(null))
})

describe('173,912 Open University results', function () {
  this.timeout(60_000)

  it('are all accounted for', async function () {
    const folder = realData(this, 'oulad')
    const files = ['student_assessment.csv.gz', 'assessment.csv.gz'].map((name) => join(folder, name))
    const out = mkdtempSync(join(tmpdir(), 'rocket-oulad-'))
    try {
      const ndjson = join(out, 'events.ndjson')
      writeFileSync(
        ndjson,
        execFileSync(process.execPath, ['--import', 'tsx', script, ...files], {
          maxBuffer: 1 << 28,
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      )
      const start = performance.now()
      const activity = await readActivity([ndjson], OPTIONS)
      console.log(`      172,003 events in ${((performance.now() - start) / 1000).toFixed(1)} s`)
      expect(activity.faults).to.deep.equal([])
      expect(activity.notes).to.deep.equal([])
      expect(activity.events.length + 1_909).to.equal(173_912)
      expect(activity.events.filter((event) => event.data.score === undefined)).to.have.length(172)
    } finally {
      rmSync(out, { recursive: true })
    }
  })
})
