/** The format pages under sidecar/docs: what they show is run, and what they list is held against the code. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ingest } from '../sidecar/actions/ingest.js'
import { runExample } from '../sidecar/actions/run-examples.js'
import { inWords } from '../sidecar/activity/learning-event.js'
import { readConfig } from '../sidecar/config.js'
import { Civil } from '../sidecar/domain/civil.js'
import {
  commitment,
  EMPTY,
  entryHash,
  GENESIS,
  KINDS,
  LIFETIME_KINDS,
  type PrivateRecord,
  recordText,
  sequence,
} from '../sidecar/domain/entry.js'
import { DATA_FIELDS, DATA_KEYS, EVENT_FIELDS } from '../sidecar/domain/learning-event.js'
import { actOf, aliases, resolveName } from '../sidecar/domain/meaning.js'
import { type Reason, type ReasonCode, reason, reasonCodes } from '../sidecar/domain/reason.js'
import { JOBS } from '../sidecar/jobs.js'
import { LOG_LEVELS } from '../sidecar/log.js'
import { readExamples } from '../sidecar/rules/examples-file.js'
import { formatProblem } from '../sidecar/rules/problem.js'
import { readConfiguration } from '../sidecar/rules/read-configuration.js'
import { CSV_HEADER, LEDGER_COLUMNS } from '../sidecar/store/ledger-view.js'
import { ROOT } from '../sidecar/version.js'
import { learningEvent, openRocket, SEED_RULE } from './support.js'

const page = (name: string): string => readFileSync(join(ROOT, 'sidecar', 'docs', name), 'utf8')

interface Block {
  /** What stands behind the three backticks: `yaml`, `yaml wrong`. */
  readonly info: string
  readonly text: string
  readonly line: number
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S[^\n]*)\n(.*?)^```$/gms)].map(({ 1: info = '', 2: content = '', index }) => ({
    info,
    text: content,
    line: text.slice(0, index).split('\n').length,
  }))
}

/** The rows of the first table whose headings begin with these, as cells. */
function tableOf(text: string, heading: string): string[][] {
  const lines = text.split('\n')
  const cells = (line: string) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
  const start = lines.findIndex((line) => line.startsWith('|') && cells(line).join(' | ').startsWith(heading))
  if (start < 0) throw new Error(`there is no table with the heading ${heading}`)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map(cells)
}

const codesIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(({ 1: code = '' }) => code)
const firstColumn = (rows: readonly string[][]): string[] => rows.flatMap(([cell]) => codesIn(cell))

/** What the pages' packs may refer to. */
const SETTINGS = `
source: moodle
timezone: Europe/London
terms: [{ id: autumn, from: 2026-09-28, to: 2026-12-11 }]
custom_events: [custom.library_visit]
`
const SCAFFOLD: Readonly<Record<string, string>> = { id: 'example', event: 'quiz.graded', points: '10' }

/** A few keys as the page shows them, made a whole rule. */
function ruleWith(keys: string): string {
  const missing = Object.entries(SCAFFOLD).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(keys))
  const lines = [...missing.map(([key, value]) => `${key}: ${value}`), ...keys.trimEnd().split('\n')]
  return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}\n`).join('')
}

const packFiles = (pack: string) =>
  new Map([
    ['rocket.yaml', SETTINGS],
    ['rules/pack.yaml', pack],
  ])
const problemsOf = (files: ReadonlyMap<string, string>): string[] =>
  readConfiguration(files).problems.map(formatProblem)

/** Every message, in its order; one that the page cuts short ends in `…`. */
function expectMessages(messages: readonly string[], shown: readonly string[]): void {
  expect(messages.length, messages.join('\n')).to.equal(shown.length)
  for (const [index, message] of messages.entries()) {
    const line = shown[index] ?? ''
    if (line.endsWith('…')) expect(message.slice(0, line.length - 1)).to.equal(line.slice(0, -1))
    else expect(message).to.equal(line)
  }
}

for (const name of ['rules.md', 'rocket-yaml.md']) {
  describe(`the YAML in ${name}`, () => {
    const blocks = blocksOf(page(name))
    let pack = ''
    for (const [index, { info, text, line }] of blocks.entries()) {
      if (!info.startsWith('yaml')) continue
      const title = `line ${line}: ${info}`
      switch (info) {
        case 'yaml':
          pack = text
          it(`${title} loads`, () => expect(problemsOf(packFiles(text))).to.deep.equal([]))
          break
        case 'yaml keys':
          it(`${title} of a rule load`, () => expect(problemsOf(packFiles(ruleWith(text)))).to.deep.equal([]))
          break
        case 'yaml settings':
          it(`${title} load`, () => expect(problemsOf(new Map([['rocket.yaml', text]]))).to.deep.equal([]))
          break
        case 'yaml examples': {
          const { examples, problems } = readExamples('pack.examples.yaml', text)
          const files = packFiles(pack)
          it(`${title} come out`, () => {
            expect(problems.map(formatProblem)).to.deep.equal([])
            expect(examples.flatMap((example) => runExample(files, example).failures)).to.deep.equal([])
          })
          break
        }
        case 'yaml wrong':
        case 'yaml wrong settings':
          it(`${title} is refused with the messages below it`, () => {
            const settings = info.endsWith('settings')
            const files = new Map([[settings ? 'rocket.yaml' : 'rules/pack.yaml', text]])
            expect(readConfiguration(files).configuration).to.equal(null)
            expect(blocks[index + 1]?.info).to.equal('text')
            expectMessages(problemsOf(files), blocks[index + 1]?.text.trimEnd().split('\n') ?? [])
          })
          break
        default:
          it(title, () => expect.fail(`no test knows what a block marked ${info} is`))
      }
    }
  })
}

/** The keys that a reader allows, as it lists them when it refuses another one. */
function allowedKeys(file: string, text: string): string[] {
  const [problem] = readConfiguration(new Map([[file, text]])).problems.filter(({ message }) => message.includes('zzz'))
  return problem?.message.split('Allowed: ')[1]?.split(', ') ?? []
}

describe('rules.md', () => {
  const text = page('rules.md')

  it('begins with the rule that everybody sees first, and what it says of that rule is so', () => {
    const [first] = blocksOf(text)
    const files = packFiles(first?.text ?? '')
    const seed = readConfiguration(packFiles(SEED_RULE)).configuration?.rules[0]
    const shown = readConfiguration(files).configuration?.rules[0]
    expect({ ...shown, title: null, version: '' }).to.deep.equal({ ...seed, version: '' })
    const opening = text.slice(0, text.indexOf('**To write your own**')).replace(/\s+/g, ' ')
    expect(opening).to.include(textOf('frequency'))
  })

  it('describes every key of a rule, and no other', () => {
    const keys = allowedKeys('rules/pack.yaml', '- { id: r, event: quiz.graded, points: 1, zzz: 1 }')
    expect(firstColumn(tableOf(text, 'key | form')).sort()).to.deep.equal(keys.sort())
  })

  it('describes every key of requires', () => {
    const pack = '- { id: r, event: quiz.graded, points: 1, requires: { zzz: 1 } }'
    const keys = allowedKeys('rules/pack.yaml', pack)
    expect(firstColumn(tableOf(text, 'key | is met')).sort()).to.deep.equal(keys.sort())
  })

  it('describes every field that a sender may fill', () => {
    const rows = DATA_KEYS.map((key) => [`\`${key}\``, inWords(DATA_FIELDS[key]), DATA_FIELDS[key].description])
    expect(tableOf(text, 'field')).to.deep.equal(rows)
    const flowing = text.replace(/\s+/g, ' ')
    for (const field of EVENT_FIELDS) expect(flowing, field).to.include(`\`${field}\` (`)
  })

  it('has every alias with its classes and its act key, as the code has them', () => {
    const rows = tableOf(text, 'alias')
    expect(firstColumn(rows)).to.deep.equal(aliases)
    const modules = codesIn(/^Modules of `activity\.viewed`: (.*)$/m.exec(text)?.[1])
    for (const [name, classes, act] of rows) {
      const alias = codesIn(name)[0] ?? ''
      const expected = resolveName(alias)?.classes ?? []
      const shown = codesIn(classes).flatMap((one) =>
        one.includes('*') ? modules.map((module) => one.replace('*', module)) : [one],
      )
      expect(shown, alias).to.deep.equal(expected)
      for (const event of expected) {
        const key = actOf(learningEvent({ event, object: 'OBJECT', activity: 'quiz:ID', course: 'ID' }))
        expect(codesIn(act)[0] ?? null, event).to.equal(key)
      }
    }
  })

  it('has every reason with its parameters, and a sentence as Rocket says it', () => {
    const rows = tableOf(text, 'code')
    expect(firstColumn(rows)).to.deep.equal(reasonCodes)
    for (const [name, parameters, sentence] of rows) {
      const code = codesIn(name)[0] as ReasonCode
      expect(codesIn(parameters), code).to.deep.equal(Object.keys(SAMPLES[code]))
      expect(sentence).to.equal(textOf(code))
    }
  })
})

const wording = new Civil('Europe/London', 1, [])
const sample = (code: ReasonCode, params: Reason['params']): Reason => reason(code, params, wording)
const badge = sample('needs_badge', { badge: 'Laboratory safety' })
const more = sample('needs_points', { points: 40 })
const monday = '2026-11-02T09:00:00.000Z'
const SAMPLES: Readonly<Record<ReasonCode, Reason['params']>> = {
  granted: { points: 10 },
  capped: { points: 4, of: 10, per: 'day', limit: 50 },
  held: { points: 10 },
  revoked: { points: 10 },
  withdrawn: { withdrawn: '2026-11-01T09:00:00Z' },
  waiting_for_grade: {},
  condition_not_met: { field: 'score', test: '>=80', value: 65 },
  excluded: {},
  outside_window: { opens: '2026-11-09T22:00:00.000Z' },
  requires: { missing: [badge, more] },
  needs_badge: badge.params,
  needs_rule: { rule: 'induction' },
  needs_completed: { target: 'PHYS101' },
  needs_completion_rate: { course: 'PHYS101', at_least: 50, rate: 35 },
  needs_points: more.params,
  needs_all: { missing: [badge, more] },
  needs_any: { options: [sample('needs_completed', { target: 'PHYS101' }), more] },
  no_object: { scope: 'activity' },
  already_granted: { granted: monday, act: 'quiz.graded:quiz_attempts:991' },
  once_only: { scope: 'activity', granted: monday },
  frequency: { granted: monday, again: '2026-11-09T09:00:00.000Z', count: 1 },
  cap_reached: { per: 'day', limit: 50, unit: 'points', again: '2026-11-03T00:00:00.000Z' },
  no_points: { field: 'score' },
}
const textOf = (code: ReasonCode): string => sample(code, SAMPLES[code]).text

describe('rocket-yaml.md', () => {
  const text = page('rocket-yaml.md')

  it('describes every key of the file, and no other', () => {
    const keys = allowedKeys('rocket.yaml', 'zzz: 1')
    expect(firstColumn(tableOf(text, 'key'))).to.deep.equal(keys)
  })

  it('shows every key in its first block', () => {
    const shown = [...(blocksOf(text)[0]?.text ?? '').matchAll(/^([a-z_]+):/gm)].map(({ 1: key }) => key)
    expect(shown).to.deep.equal(allowedKeys('rocket.yaml', 'zzz: 1'))
  })

  it('has every job with what it does and when', () => {
    expect(tableOf(text, 'job')).to.deep.equal(
      Object.entries(JOBS).map(([name, { summary, cron }]) => [`\`${name}\``, summary, `\`${cron}\``]),
    )
  })

  it('says the defaults that the reader takes', () => {
    const { settings } = readConfiguration(new Map([['rocket.yaml', '']])).configuration!
    const said = new Map(tableOf(text, 'key').map(([key, , without]) => [codesIn(key)[0], without]))
    expect(said.get('source')).to.equal(`\`${settings.source}\``)
    expect(said.get('timezone')).to.match(new RegExp(`^\`${settings.timezone}\``))
    expect(said.get('week_starts')).to.equal('`monday`')
    expect(settings.weekStarts).to.equal(1)
    expect(said.get('retention')).to.equal(`\`${settings.retention.events}d\` and \`${settings.retention.decisions}d\``)
  })

  it('has every environment variable that the code reads, with its default', () => {
    const source = readFileSync(join(ROOT, 'sidecar', 'config.ts'), 'utf8')
    const rows = tableOf(text, 'variable')
    expect(firstColumn(rows).sort()).to.deep.equal([...new Set(source.match(/ROCKET_[A-Z_]+/g))].sort())

    const said = new Map(rows.map(([name, without]) => [codesIn(name)[0], codesIn(without)[0]]))
    const config = readConfig({}, ROOT)
    expect(said.get('ROCKET_HOST')).to.equal(config.host)
    expect(said.get('ROCKET_PORT')).to.equal(String(config.port))
    expect(said.get('ROCKET_LOG')).to.equal(config.logLevel)
    expect(said.get('ROCKET_HOME')).to.equal('./data')
    for (const level of LOG_LEVELS) expect(text).to.include(`\`${level}\``)
  })
})

describe('ledger.md', () => {
  const text = page('ledger.md')

  it('has the columns of the API and the CSV in their order', () => {
    expect(firstColumn(tableOf(text, 'field'))).to.deep.equal(LEDGER_COLUMNS)
    expect(CSV_HEADER).to.equal(LEDGER_COLUMNS.join())
  })

  it('has every kind, and those that make up lifetime points', () => {
    expect(firstColumn(tableOf(text, 'kind'))).to.deep.equal(KINDS)
    const lifetime = /\*\*Lifetime points\*\* are the sum of `points` over ([^.]*)\./.exec(text)?.[1]
    expect(codesIn(lifetime)).to.deep.equal([...LIFETIME_KINDS])
  })

  it('has the keys of a body and of a private record in their order', () => {
    const every: Required<PrivateRecord> = {
      userId: 'x',
      eventId: 'x',
      event: 'x',
      time: 'x',
      course: 'x',
      activity: 'x',
      object: 'x',
      act: 'x',
      origin: 'x',
      actor: 'x',
      reason: 'x',
      detail: {},
    }
    const writing = { source: 'x', at: 'x', day: 'x', salt: 'x' }
    const proposed = { subject: null, points: 0, held: 0, rule: null, expires: null, ref: null, record: every }
    const body = JSON.parse(sequence(EMPTY, { kind: 'grant', ...proposed }, writing).body)
    expect(firstColumn(tableOf(text, 'key | type'))).to.deep.equal(Object.keys(body))
    const record = JSON.parse(recordText(every, writing))
    const section = text.slice(text.indexOf('## The private record'))
    expect(firstColumn(tableOf(section, 'key'))).to.deep.equal(Object.keys(record))
    const exported = text.slice(text.indexOf('## An export'))
    expect(firstColumn(tableOf(exported, 'key'))).to.deep.equal(['body', 'hash', 'salt', 'data'])
  })

  it('shows an entry that is right in every byte', () => {
    const block = blocksOf(text).find(({ info }) => info === 'json entry')
    const { body, hash, salt, data } = JSON.parse(block?.text ?? '')
    expect(entryHash(body)).to.equal(hash)
    expect(JSON.parse(body)).to.include({ prev: GENESIS, priv: commitment(salt, data) })
    const { subject, points, held, rule, kind, day, source } = JSON.parse(body)
    const { user_id, at, event_id, ...rest } = JSON.parse(data)
    const again = sequence(
      EMPTY,
      {
        kind,
        subject,
        points,
        held,
        rule,
        expires: null,
        ref: null,
        record: { ...rest, userId: user_id, eventId: event_id },
      },
      { source, at, day, salt },
    )
    expect(again).to.deep.equal({ seq: 1, body, hash, salt, data })
  })
})

interface Line {
  body: string
  hash: string
  salt: string | null
  data: string | null
}

describe('the Python in ledger.md', () => {
  const hasPython = spawnSync('python3', ['--version']).status === 0
  const folder = mkdtempSync(join(tmpdir(), 'rocket-docs-'))
  let lines: Line[] = []
  let balances: string[] = []

  before(function () {
    if (!hasPython) {
      console.log('      there is no python3 here: the verifier of ledger.md is not tried')
      this.skip()
    }
    const script = blocksOf(page('ledger.md')).find(({ info }) => info === 'python')
    writeFileSync(join(folder, 'verify.py'), script?.text ?? '')
    ;({ lines, balances } = realExport())
  })
  after(() => rmSync(folder, { recursive: true }))

  const verify = (of: readonly Line[]) => {
    const path = join(folder, 'ledger.jsonl')
    writeFileSync(path, of.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const { status, stdout, stderr } = spawnSync('python3', [join(folder, 'verify.py'), path], { encoding: 'utf8' })
    return { ok: status === 0, told: stdout.trimEnd().split('\n'), stderr: stderr.trim() }
  }
  /** The export with one line changed. */
  const changed = (index: number, change: Partial<Line>): Line[] => lines.with(index, { ...lines[index]!, ...change })

  it('accepts a real export, and finds the balances that Rocket gives', () => {
    const { ok, told, stderr } = verify(lines)
    expect(stderr).to.equal('')
    expect(ok).to.equal(true)
    expect(told.slice(0, -1).sort()).to.deep.equal(balances)
    expect(told.at(-1)).to.equal(
      `${lines.length} entries, 0 without a record, head ${lines.at(-1)?.hash}, root ${rootOf(lines)}`,
    )
  })

  it('finds the root of RFC 6962 for every number of entries', () => {
    for (let count = 0; count <= lines.length; count++) {
      const { ok, told } = verify(lines.slice(0, count))
      expect(ok).to.equal(true)
      expect(told.at(-1)).to.match(new RegExp(`root ${rootOf(lines.slice(0, count))}$`))
    }
  })

  const at = 3
  const flip = (text: string, from: string, to: string): string => {
    expect(text).to.include(from)
    return text.replace(from, to)
  }

  it('rejects a flipped byte in a body', () => {
    const body = flip(lines[at]!.body, '"points":10', '"points":90')
    expect(verify(changed(at, { body })).stderr).to.equal('line 4: the hash is not the hash of the body')
  })
  it('rejects it with a hash that fits, at the next line', () => {
    const body = flip(lines[at]!.body, '"points":10', '"points":90')
    expect(verify(changed(at, { body, hash: entryHash(body) })).stderr).to.equal(
      'line 5: the body does not name the hash of the entry before',
    )
  })
  it('rejects a body that is laid out otherwise', () => {
    const body = flip(lines[at]!.body, ',"points"', ', "points"')
    expect(verify(changed(at, { body, hash: entryHash(body) })).stderr).to.equal(
      'line 4: the body is not canonical JSON with the keys of an entry',
    )
  })
  it('rejects a flipped byte in a record, and in a salt', () => {
    const data = flip(lines[at]!.data!, '"user_id":"42"', '"user_id":"43"')
    const message = 'line 4: the record is not the one that the body commits to'
    expect(verify(changed(at, { data })).stderr).to.equal(message)
    const salt = lines[at]!.salt!.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    expect(verify(changed(at, { salt })).stderr).to.equal(message)
  })
  it('rejects a deleted line, two that changed places, and one put in', () => {
    expect(verify(lines.toSpliced(at, 1)).stderr).to.equal(
      'line 4: this is entry 5: one is missing, or out of its place',
    )
    const swapped = lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!)
    expect(verify(swapped).stderr).to.match(/^line 4: this is entry 5/)
    expect(verify(lines.toSpliced(at, 0, lines[at]!)).stderr).to.match(/^line 5: this is entry 4/)
  })
  it('rejects a chain that is whole but gives one subject two learners, or takes held points twice', () => {
    const stranger = restamped(
      lines,
      at,
      (body) => body,
      (data) => data.replace('"user_id":"42"', '"user_id":"43"'),
    )
    expect(verify(stranger).stderr).to.match(/^line \d+: the record names another learner than earlier ones$/)
    const twice = restamped(lines, at, (body) => body.replace('"held":0', '"held":-1'))
    expect(verify(twice).stderr).to.equal('line 4: more held points are taken than there were')
  })
  it('still checks everything else where a record is deleted', () => {
    const erased = changed(at, { salt: null, data: null })
    expect(verify(erased).told.at(-1)).to.include(`${lines.length} entries, 1 without a record`)
  })

  it('cannot know of entries cut off at the end, or of a history written anew, as the page says', () => {
    expect(verify(lines.slice(0, -2)).ok).to.equal(true)
    const anew = restamped(lines, at, (body) => body.replace('"points":10', '"points":90'))
    expect(verify(anew).ok).to.equal(true)
    // What was noted elsewhere tells.
    expect(rootOf(anew.slice(0, at + 1))).not.to.equal(rootOf(lines.slice(0, at + 1)))
  })
})

/** A ledger with several learners, grants, a hold and a revocation, as an export; and each learner's balance. */
function realExport(): { lines: Line[]; balances: string[] } {
  const rocket = openRocket(`${SEED_RULE}
- id: post
  event: forum.post
  points: 3
  revoke_on: forum.post_deleted
- id: essay
  event: assign.submitted
  points: 5
  review: hold
`)
  try {
    const { stores, rules, view } = rocket.context
    const happens = (event: string, user: string, object: string, score?: number) =>
      stores.writer.write(() =>
        ingest(
          stores,
          rules.current(),
          learningEvent({ event, user, object, data: score === undefined ? {} : { score } }),
          rocket.clock.now,
        ),
      )
    happens('\\mod_forum\\event\\post_created', '42', 'forum_posts:1')
    happens('\\mod_forum\\event\\post_created', 'zoë “é” 學', 'forum_posts:2')
    happens('\\mod_quiz\\event\\attempt_graded', '42', 'quiz_attempts:1', 85)
    happens('\\mod_assign\\event\\assessable_submitted', '42', 'assign_submission:1')
    happens('\\mod_quiz\\event\\attempt_graded', '7', 'quiz_attempts:2', 99)
    happens('\\mod_forum\\event\\post_deleted', '42', 'forum_posts:1')
    const lines = [...view.jsonl({})].join('').trimEnd().split('\n')
    const learners = ['42', 'zoë “é” 學', '7'].map((user) => {
      const { points, held } = stores.ledger.balance(stores.learners.subjectOf('moodle', user)!)
      return `${user} ${points} ${held}`
    })
    return { lines: lines.map((line) => JSON.parse(line) as Line), balances: learners.sort() }
  } finally {
    rocket.close()
  }
}

/** What the owner of a database could do: change one entry, and make every hash from there on anew. */
function restamped(
  lines: readonly Line[],
  index: number,
  changeBody: (body: string) => string,
  changeData: (data: string) => string = (data) => data,
): Line[] {
  let prev = GENESIS
  return lines.map(({ body, salt, data }, place) => {
    const record = place === index && data !== null ? changeData(data) : data
    const priv = salt === null || record === null ? null : commitment(salt, record)
    const chained = body
      .replace(/"prev":"[0-9a-f]*"/, `"prev":"${prev}"`)
      .replace(/"priv":"[0-9a-f]*"/, (old) => (priv === null ? old : `"priv":"${priv}"`))
    const text = place === index ? changeBody(chained) : chained
    prev = entryHash(text)
    return { body: text, hash: prev, salt, data: record }
  })
}

/** The Merkle root by the recursion of RFC 6962, written a second time and from the other end: by levels. */
function rootOf(lines: readonly Line[]): string {
  if (lines.length === 0) return createHash('sha256').digest('hex')
  let level: Buffer[] = lines.map(({ body }) => createHash('sha256').update('\0').update(body).digest())
  while (level.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at]!, level[at + 1]]
      above.push(right ? createHash('sha256').update('\x01').update(left).update(right).digest() : left)
    }
    level = above
  }
  return level[0]!.toString('hex')
}
