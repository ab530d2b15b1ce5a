import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { pickSample, SAMPLE_SIZE, seedOf } from '../../sidecar/actions/audit-sample.js'
import { openCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { entryHash } from '../../sidecar/domain/entry.js'
import { readReceipt } from '../../sidecar/domain/receipt.js'
import { provesInclusion } from '../../sidecar/domain/tree.js'
import { openRocket } from '../support.js'
import { PACK, REWARDS, SETTINGS, Story, table } from './evidence.js'

describe('the evidence of a period', () => {
  let story: Story
  let evidence: ReturnType<Story['audit']>['evidence']
  let files: Map<string, string>
  before(() => {
    story = new Story().tell()
    ;({ evidence, files } = story.audit())
  })
  after(() => story.rocket.close())

  const columns = (path: string, ...names: string[]) =>
    table(files, path).map((row) => names.map((name) => row[name] ?? 'missing').join('|'))

  it('is one file that only its owner reads, and that nobody sees before it is whole', () => {
    expect(statSync(evidence.file).mode & 0o777).to.equal(0o600)
    expect(readdirSync(dirname(evidence.file)).filter((name) => name.endsWith('.part'))).to.deep.equal([])
    expect(evidence.bytes).to.equal(statSync(evidence.file).size)
  })

  it('stands on the ledger as given out, with who, which period, the sample and the digest; and nothing else changes', () => {
    const { stores } = story.rocket.context
    const { sha256, seed, sample, entry } = evidence
    expect(createHash('sha256').update(readFileSync(evidence.file)).digest('hex')).to.equal(sha256)
    expect(stores.ledger.head().seq).to.equal(entry)
    const { size } = openCheckpoint(evidence.checkpoint, story.rocket.context.notary.keys.vkeys())
    expect(size).to.equal(entry - 1)
    expect(stores.ledger.administrations().at(-1)).to.deep.include({
      actor: 'cli:root',
      reason: 'evidence given out',
      detail: { from: '2026-12-01', to: '2027-01-01', entries: size, seed, sample, sha256 },
    })
  })

  it('says that the ledger verifies, and that every grant comes out as it is', () => {
    const { ok, verification, replay } = evidence
    expect([ok, verification.ok, replay.problems]).to.deep.equal([true, true, []])
    expect(replay).to.deep.include({ judged: 39, agree: 39, not_judged: { erased: 1 } })
    const told = JSON.parse(files.get('verification.json')!)
    const { declaredLost: declared_lost, ...verified } = verification
    expect(told).to.deep.include({ verification: { ...verified, declared_lost }, replay, seed: evidence.seed })
    expect(told.sample).to.deep.equal(evidence.sample)
    expect(told.entries).to.deep.equal([evidence.first, evidence.last])
  })

  it('has the checkpoint that all of it is under, those of the period a day each, and the keys', () => {
    const { notary } = story.rocket.context
    expect(files.get('checkpoint')).to.equal(evidence.checkpoint)
    const days = [...files.keys()].filter((path) => path.startsWith('checkpoints/'))
    expect(days).to.deep.equal(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 31].map((day) => `checkpoints/2026-12-${String(day).padStart(2, '0')}`),
    )
    const sizes = days.map((path) => openCheckpoint(files.get(path)!, notary.keys.vkeys()).size)
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => a - b))
    expect(sizes.at(-1)).to.equal(evidence.last)
    expect(files.get('key.txt'))
      .to.include(notary.keys.vkeys()[0])
      .and.to.match(/entry \d+, .*: the first key/)
  })

  it('has every set of files that was in force, whole, with who put it in force, when and why', () => {
    const index = columns('configurations/index.csv', 'in_force_from', 'in_force_until', 'published_by', 'why', 'lost')
    expect(index).to.deep.equal([
      '2026-11-23T09:00:00.000Z|2026-12-02T09:00:00.000Z|test|start|',
      "2026-12-02T09:00:00.000Z||cli:eve|'=more points|",
    ])
    const [first, second] = table(files, 'configurations/index.csv').map(({ entry }) => `configurations/${entry}`)
    expect(files.get(`${first}/rules/pack.yaml`)).to.equal(PACK)
    expect(files.get(`${second}/rules/pack.yaml`)).to.equal(PACK.replace('10', '12'))
    expect([files.get(`${first}/rocket.yaml`), files.get(`${first}/rewards.yaml`)]).to.deep.equal([SETTINGS, REWARDS])
    // Before the second was published, only the first was.
    const earlier = story.audit({ from: '2026-11-23', to: '2026-12-01' }).files
    expect(table(earlier, 'configurations/index.csv')).to.have.length(1)
  })

  it('has who did what, of the period alone; approvals from the first on', () => {
    expect(columns('approvals.csv', 'reward', 'approved_by', 'approved_on')).to.deep.equal(['pen|Dean|2026-11-01'])
    expect(columns('adjustments.csv', 'user_id', 'points', 'actor', 'reason')).to.deep.equal([
      `bob|-3|moodle:77|'=HYPERLINK("x")`,
      'erased|-3|erased|erased',
    ])
    expect(columns('administration.csv', 'what', 'user_id', 'actor', 'why')).to.deep.equal([
      'first named on the ledger|77|server|',
      'learner frozen|dee|cli:root|asked for',
      'accounts merged|dee|cli:root|asked for',
    ])
    expect(columns('tokens.csv', 'what', 'scope', 'name', 'for_learner', 'actor')).to.deep.equal([
      "issued|reports admin|'+bi|false|cli:root",
    ])
    expect(columns('erasures.csv', 'records', 'points', 'actor', 'reason')).to.deep.equal(['2|-7|cli:root|asked for'])
    expect([...files.values()].join()).not.to.include('after the period')
  })

  it('has the money of each month: what it could pay, committed and got back', () => {
    const names = ['month', 'allowed_minor', 'committed_minor', 'refunded_minor', 'left_minor', 'redemptions'] as const
    expect(columns('budgets.csv', ...names)).to.deep.equal(['2026-12|850|300|0|550|2'])
    const { files: longer } = story.audit({ from: '2020-01-01', to: '2027-02-01' })
    expect(table(longer, 'budgets.csv').map((row) => names.map((name) => row[name]).join('|'))).to.deep.equal([
      '2026-11|500|300|150|350|2',
      '2026-12|850|300|0|550|2',
      '2027-01|1050|0|0|1050|0',
    ])
  })

  it('has a sample that nobody picked, each with body, record, what deciding again says, and its receipt', () => {
    const rows = table(files, 'sample.csv')
    const checkpoint = openCheckpoint(evidence.checkpoint, story.rocket.context.notary.keys.vkeys())
    expect(evidence.seed).to.equal(seedOf(checkpoint.root))
    expect(rows.map(({ entry }) => Number(entry))).to.deep.equal(evidence.sample)
    expect(rows).to.have.length(SAMPLE_SIZE)
    for (const { entry, kind, body, hash, record, receipt, decided_again } of rows) {
      expect(entryHash(body!)).to.equal(hash)
      const { index, proof, checkpoint: note } = readReceipt(files.get(receipt!)!)
      expect([index, note]).to.deep.equal([Number(entry) - 1, evidence.checkpoint])
      const leaf = Buffer.from(hash!, 'hex')
      expect(provesInclusion({ index, proof, leaf, size: checkpoint.size, root: checkpoint.root })).to.equal(true)
      expect(JSON.parse(body!)).to.include({ seq: Number(entry), kind })
      const decided = kind === 'grant' || kind === 'revocation' ? 'agrees' : 'nothing to decide'
      expect(decided_again).to.equal(decided)
      if (record !== '') expect(JSON.parse(record!)).to.have.property('at')
    }
  })

  it('gives the sample of a seed that somebody names, and says so', () => {
    const again = story.audit({ seed: 4711 })
    expect(again.evidence.seed).to.equal(4711)
    expect(again.evidence.sample).not.to.deep.equal(evidence.sample)
    expect(story.audit({ seed: 4711 }).evidence.sample).to.deep.equal(again.evidence.sample)
    expect(again.files.get('README.txt')).to.include('4711').and.to.include('given by whoever made this')
  })

  it('has a page on top that a person reads: period, verdict, what to compare, counts, what is not proven', () => {
    const page = files.get('README.txt')!
    const flat = page.replaceAll(/\s+/g, ' ')
    expect(flat)
      .to.include('The ledger verifies: ')
      .and.to.include('all 39 grants and revocations come out as they are')
    expect(flat).to.include('Not decided again: 1 whose private record is erased.')
    expect(flat).to.include('There are no undo runs').and.to.include('revocations were decided again as grants were')
    expect(flat).to.include(`${evidence.first} to ${evidence.last}`).and.to.include('adjustments.csv 2 ')
    const { root } = openCheckpoint(evidence.checkpoint, story.rocket.context.notary.keys.vkeys())
    expect(page).to.include(root.toString('base64'))
    for (const line of page.split('\n')) expect(line.length, line).to.be.at.most(80)
    expect(page.split('\n').length).to.be.lessThan(75)
  })

  it('leaves nothing where it could not be put in its place', () => {
    const out = story.rocket.home
    expect(() => story.audit({ out })).to.throw(/EISDIR|ENOTEMPTY|EPERM/)
    expect(readdirSync(dirname(out)).filter((name) => name.startsWith(`${basename(out)}.`))).to.deep.equal([])
  })

  it('of a period in which nothing was written says so', () => {
    const { evidence: empty, files: none } = story.audit({ from: '2026-12-15', to: '2026-12-16' })
    expect([empty.sample, empty.ok, empty.last - empty.first]).to.deep.equal([[], true, -1])
    expect(none.get('README.txt')).to.include('No entry was written in it.')
    expect(table(none, 'adjustments.csv')).to.deep.equal([])
  })
})

describe('the evidence of a ledger that is broken', () => {
  it('is made all the same, and says so first', () => {
    const story = new Story().tell()
    const { connection } = story.rocket.context.stores.writer
    connection.exec('UPDATE balance SET points = points + 1')
    connection.exec('DROP TRIGGER document_is_never_updated')
    connection.exec(`UPDATE document SET text = replace(text, 'points: 12', 'points: 90')`)
    const { evidence, files } = story.audit()
    expect([evidence.ok, evidence.verification.ok]).to.deep.equal([false, false])
    expect(files.get('README.txt')).to.include('does NOT verify. First: ')
    expect(evidence.replay.not_judged.rules).to.equal(36)
    expect(table(files, 'configurations/index.csv').map(({ lost }) => lost)).to.deep.equal(['', 'rules/pack.yaml'])
    story.rocket.close()
  })
})

describe('evidence', () => {
  it('cannot be given of a ledger that was never signed', () => {
    const rocket = openRocket(PACK, SETTINGS, REWARDS)
    const unsigned = Object.assign(Object.create(Story.prototype) as Story, { rocket })
    expect(() => unsigned.audit()).to.throw('not signed yet')
    rocket.close()
  })

  it('samples as many as there are, at most 25, each once, in the order of the ledger, by the seed alone', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(200), fc.nat(), (after, count, seed) => {
        const picked = pickSample({ after, upTo: after + count }, seed)
        expect(picked).to.have.length(Math.min(count, SAMPLE_SIZE))
        expect(picked).to.deep.equal([...new Set(picked)].sort((a, b) => a - b))
        for (const seq of picked) expect(seq).to.be.within(after + 1, after + count)
        // What is written later changes only what it takes the place of.
        const more = pickSample({ after, upTo: after + count + 1 }, seed)
        expect(more.filter((seq) => !picked.includes(seq)).every((seq) => seq === after + count + 1)).to.equal(true)
      }),
    )
  })
})
