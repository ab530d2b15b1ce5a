/** The Python of the ledger page, run on a real export and on broken ones. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { erase } from '../../sidecar/actions/erase.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { merge } from '../../sidecar/actions/merge.js'
import type { Moment } from '../../sidecar/actions/moment.js'
import { redeem } from '../../sidecar/actions/redeem.js'
import { cancel } from '../../sidecar/actions/support.js'
import { commitment, entryHash, GENESIS } from '../../sidecar/domain/entry.js'
import { learningEvent, openRocket, SEED_RULE } from '../support.js'
import { blocksOf, page } from './pages.js'

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
      `${lines.length} entries, 0 without a record, 0 of them erased, head ${lines.at(-1)?.hash}, root ${rootOf(lines)}`,
    )
  })

  it('finds the root of RFC 6962 for every number of entries', () => {
    for (let count = 0; count <= lines.length; count++) {
      const { ok, told } = verify(lines.slice(0, count))
      expect(ok).to.equal(true)
      expect(told.at(-1)).to.match(new RegExp(`root ${rootOf(lines.slice(0, count))}$`))
    }
  })

  const at = 4
  const flip = (text: string, from: string, to: string): string => {
    expect(text).to.include(from)
    return text.replace(from, to)
  }

  it('rejects a flipped byte in a body', () => {
    const body = flip(lines[at]!.body, '"points":10', '"points":90')
    expect(verify(changed(at, { body })).stderr).to.equal('line 5: the hash is not the hash of the body')
  })
  it('rejects it with a hash that fits, at the next line', () => {
    const body = flip(lines[at]!.body, '"points":10', '"points":90')
    expect(verify(changed(at, { body, hash: entryHash(body) })).stderr).to.equal(
      'line 6: the body does not name the hash of the entry before',
    )
  })
  it('rejects a body that is laid out otherwise', () => {
    const body = flip(lines[at]!.body, ',"points"', ', "points"')
    expect(verify(changed(at, { body, hash: entryHash(body) })).stderr).to.equal(
      'line 5: the body is not canonical JSON with the keys of an entry',
    )
  })
  it('rejects a flipped byte in a record, and in a salt', () => {
    const data = flip(lines[at]!.data!, '"user_id":"42"', '"user_id":"43"')
    const message = 'line 5: the record is not the one that the body commits to'
    expect(verify(changed(at, { data })).stderr).to.equal(message)
    const salt = lines[at]!.salt!.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    expect(verify(changed(at, { salt })).stderr).to.equal(message)
  })
  it('rejects a deleted line, two that changed places, and one put in', () => {
    expect(verify(lines.toSpliced(at, 1)).stderr).to.equal(
      'line 5: this is entry 6: one is missing, or out of its place',
    )
    const swapped = lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!)
    expect(verify(swapped).stderr).to.match(/^line 5: this is entry 6/)
    expect(verify(lines.toSpliced(at, 0, lines[at]!)).stderr).to.match(/^line 6: this is entry 5/)
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
    expect(verify(twice).stderr).to.equal('line 5: more held points are taken than there were')
  })
  it('rejects a chain that is whole but gives back more points, or more money, than was spent', () => {
    const last = lines.length - 1
    const message = `line ${lines.length}: it gives back what was not spent, or a second time`
    const points = restamped(lines, last, (body) => flip(body, '"points":4', '"points":5'))
    expect(verify(points).stderr).to.equal(message)
    const money = restamped(lines, last, (body) => flip(body, '"amount_minor":-150', '"amount_minor":-200'))
    expect(verify(money).stderr).to.equal(message)
  })
  it('follows an account into the one that it was merged into, and counts the records that an erasure took', () => {
    const { lines: all, balances: left } = realExport(true)
    const { told, stderr } = verify(all)
    expect(stderr).to.equal('')
    expect(told.slice(0, -1)).to.include.members(left)
    const sealed = all.filter(({ data }) => data === null).length
    expect(sealed).to.be.greaterThan(0)
    expect(told.at(-1)).to.include(`${all.length} entries, ${sealed} without a record, ${sealed} of them erased`)
    const arrival = all.findIndex(({ body }) => /"kind":"merge".*"ref":[0-9]/.test(body))
    const more = restamped(all, arrival, (body) => body.replace(/"points":([0-9]+)/, '"points":1$1'))
    expect(verify(more).stderr).to.equal(`line ${arrival}: what leaves this account by it arrives at no other`)
    const invented = restamped(all, arrival, (body) => body.replace(/"ref":[0-9]+/, '"ref":2'))
    expect(verify(invented).stderr).to.equal(`line ${arrival + 1}: it brings what left no other account for this one`)
  })
  it('still checks everything else where a record is deleted', () => {
    const erased = changed(at, { salt: null, data: null })
    expect(verify(erased).told.at(-1)).to.include(`${lines.length} entries, 1 without a record, 0 of them erased`)
  })

  it('cannot know of entries cut off at the end, or of a history written anew, as the page says', () => {
    expect(verify(lines.slice(0, -2)).ok).to.equal(true)
    const anew = restamped(lines, at, (body) => body.replace('"points":10', '"points":90'))
    expect(verify(anew).ok).to.equal(true)
    // What was noted elsewhere tells.
    expect(rootOf(anew.slice(0, at + 1))).not.to.equal(rootOf(lines.slice(0, at + 1)))
  })
})

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
rewards: [{ id: pen, title: A pen, cost: 4, value: 1.50, budget: main, approved: { by: test, on: 2026-11-01 } }]
`

/** A ledger with several learners, grants, a hold, a revocation, redemptions and a refund; and each learner's balance. */
function realExport(withRights = false): { lines: Line[]; balances: string[] } {
  const rocket = openRocket(
    `${SEED_RULE}
- id: post
  event: forum.post
  points: 3
  revoke_on: forum.post_deleted
- id: essay
  event: assign.submitted
  points: 5
  review: hold
`,
    'source: moodle\n',
    REWARDS,
  )
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
    const moment: Moment = { stores, rules, now: rocket.clock.now }
    const redeemed = (key: string) =>
      stores.writer.write(() => redeem(moment, { userId: '7', reward: 'pen', expectedCost: 4, key }))
    redeemed('kept')
    const { redemption_id: id } = redeemed('cancelled')
    stores.writer.write(() => cancel(moment, id, { actor: 'test', reason: 'test' }))
    const gone = withRights ? rights(moment, happens) : []
    const lines = [...view.jsonl({})].join('').trimEnd().split('\n')
    const learners = ['42', 'zoë “é” 學', '7']
      .filter((user) => !gone.includes(user))
      .map((user) => {
        const { points, held } = stores.ledger.balance(stores.learners.subjectOf('moodle', user)!)
        return `${user} ${points} ${held}`
      })
    return { lines: lines.map((line) => JSON.parse(line) as Line), balances: learners.sort() }
  } finally {
    rocket.close()
  }
}

/** 42 becomes part of 7, to whom a grant of 42 is taken back and a redemption refunded; the third is erased. @returns who is gone. */
function rights(moment: Moment, happens: (event: string, user: string, object: string) => void): string[] {
  const { stores } = moment
  const asked = { actor: 'test', reason: 'test' }
  happens('\\mod_forum\\event\\post_created', '42', 'forum_posts:9')
  const { redemption_id: id } = stores.writer.write(() =>
    redeem(moment, { userId: '42', reward: 'pen', expectedCost: 4, key: 'of 42' }),
  )
  const third = 'zoë “é” 學'
  stores.writer.write(() => merge(moment, { userId: '42', into: '7', ...asked }))
  happens('\\mod_forum\\event\\post_deleted', '7', 'forum_posts:9')
  stores.writer.write(() => cancel(moment, id, asked))
  stores.writer.write(() => erase(moment, { userId: third, ...asked }))
  return ['42', third]
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
