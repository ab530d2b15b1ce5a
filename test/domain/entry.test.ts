import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import canonicalize from 'canonicalize'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  commitment,
  EMPTY,
  entryHash,
  GENESIS,
  type Head,
  KINDS,
  LIFETIME_KINDS,
  type PrivateRecord,
  type ProposedEntry,
  readBody,
  recordText,
  type Spending,
  sequence,
  type Writing,
} from '../../sidecar/domain/entry.js'

interface Frozen {
  readonly proposed: ProposedEntry
  readonly writing: Writing
  readonly body: string
  readonly data: string
  readonly priv: string
  readonly hash: string
}

const frozen: Frozen[] = JSON.parse(readFileSync(new URL('../golden/entry.json', import.meta.url), 'utf8'))
const sha256 = (...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

describe('the bytes of the ledger', () => {
  it('are those that were frozen, entry after entry', () => {
    let head: Head = EMPTY
    for (const { proposed, writing, body, data, priv, hash } of frozen) {
      const entry = sequence(head, proposed, writing)
      expect(entry).to.deep.equal({ seq: head.seq + 1, body, hash, salt: writing.salt, data })
      expect(commitment(writing.salt, data)).to.equal(priv)
      head = entry
    }
    expect(head.seq).to.equal(5)
  })

  it('hash to what anyone computes from the format page', () => {
    let prev = GENESIS
    for (const { writing, body, data, priv, hash } of frozen) {
      expect(sha256(Buffer.from([0]), body)).to.equal(hash)
      expect(sha256(`rocket-private/v1\n${writing.salt}\n${data}`)).to.equal(priv)
      expect(JSON.parse(body)).to.include({ prev, priv })
      prev = hash
    }
  })

  it('begin with a prev of 64 zeros', () => {
    expect(GENESIS).to.equal('0'.repeat(64))
    expect(EMPTY).to.deep.equal({ seq: 0, hash: GENESIS })
  })
})

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const day = fc
  .integer({ min: 0, max: 30_000 })
  .map((number) => new Date(number * 86_400_000).toISOString().slice(0, 10))
const at = fc.integer({ min: 0, max: 4e12 }).map((time) => new Date(time).toISOString())
const slug = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/)
const anyText = fc.string({ unit: 'grapheme', maxLength: 30 })
const maybe = fc.option(anyText, { nil: undefined })
const record: fc.Arbitrary<PrivateRecord> = fc.record({
  userId: maybe,
  eventId: maybe,
  event: maybe,
  time: fc.option(at, { nil: undefined }),
  course: maybe,
  activity: maybe,
  object: maybe,
  act: maybe,
  origin: maybe,
  actor: maybe,
  reason: maybe,
  detail: fc.option(fc.dictionary(anyText, fc.jsonValue()), { nil: undefined }),
})
const points = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })
const spending: fc.Arbitrary<Spending> = fc.record({
  reward: slug,
  budget: fc.option(slug),
  amountMinor: fc.option(points),
  currency: fc.option(fc.constantFrom('GBP', 'JPY', 'KWD')),
})
const proposed: fc.Arbitrary<ProposedEntry> = fc.record({
  kind: fc.constantFrom(...KINDS),
  subject: fc.option(hex(24)),
  points,
  held: points,
  rule: fc.option(fc.tuple(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/), hex(12)).map((parts) => parts.join('@'))),
  expires: fc.option(day),
  ref: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  spending: fc.option(spending, { nil: undefined }),
  record,
})
const writing: fc.Arbitrary<Writing> = fc.record({ source: slug, at, day, salt: hex(64) })
const head: fc.Arbitrary<Head> = fc.record({ seq: fc.nat(1e9), hash: hex(64) })

describe('an entry', () => {
  it('has a body that is canonical JSON (RFC 8785) of its fixed keys', () => {
    fc.assert(
      fc.property(head, proposed, writing, (last, entry, place) => {
        const { body, seq, hash, data } = sequence(last, entry, place)
        const read = JSON.parse(body)
        expect(body).to.equal(canonicalize(read))
        expect(Object.keys(read).join()).to.equal(
          'amount_minor,budget,currency,day,expires,held,kind,points,prev,priv,ref,reward,rule,seq,source,subject,v',
        )
        expect(read).to.include({ seq, prev: last.hash, source: place.source, day: place.day, kind: entry.kind, v: 1 })
        expect(seq).to.equal(last.seq + 1)
        expect(hash).to.equal(entryHash(body))
        expect(read.priv).to.equal(commitment(place.salt, data))
      }),
      { numRuns: 300 },
    )
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(head, proposed, writing, (last, entry, place) => {
        const { body } = sequence(last, entry, place)
        const { kind, subject, points, held, ref } = entry
        const { priv } = JSON.parse(body)
        const { source, day } = place
        expect(readBody(body)).to.deep.equal({
          amountMinor: entry.spending?.amountMinor ?? null,
          budget: entry.spending?.budget ?? null,
          currency: entry.spending?.currency ?? null,
          day,
          expires: entry.expires,
          held,
          kind,
          points,
          priv,
          ref,
          reward: entry.spending?.reward ?? null,
          ruleId: entry.rule?.split('@')[0] ?? null,
          source,
          subject,
        })
      }),
      { numRuns: 500 },
    )
  })

  it('is not read where its body has another form', () => {
    const { body } = frozen[1]!
    for (const other of [
      '',
      '{}',
      `${body}\n`,
      ` ${body}`,
      body.replace('"v":1', '"v":2'),
      body.replace('"v":1', '"v": 1'),
      body.replace('"v":1', '"v":1,"x":1'),
      body.replace('"points":10', '"points":010'),
      body.replace('"points":10', '"points":1e1'),
      body.replace('"points":10', '"points":-0'),
      body.replace('"points":10', '"points":10.5'),
      body.replace('"points":10', '"points":"10"'),
      body.replace('"kind":"grant",', ''),
      body.replace('{"amount_minor":null,', '{"amount_minor":null,"amount_minor":null,'),
      body.replace('{"amount_minor":null,', '{"amount_minor":5.5,'),
      body.replace('"budget":null', '"budget":"a budget"'),
      body.replace('"currency":null', '"currency":"pound"'),
      body.replace('"reward":null', '"reward":""'),
    ]) {
      expect(other).to.not.equal(body)
      expect(readBody(other), other).to.equal(null)
    }
  })

  it('says of a redemption which reward, out of which budget, and the money in minor units', () => {
    const [redemption, refund] = frozen.slice(3).map(({ body }) => readBody(body))
    const about = { reward: 'gift-5', budget: 'main', subject: '0123456789abcdef01234567' }
    expect(redemption).to.include({ ...about, kind: 'redemption', points: -50, amountMinor: 500, ref: null })
    expect(refund).to.include({ ...about, kind: 'refund', points: 50, amountMinor: -500, ref: 4 })
    expect(refund?.expires).to.equal('2027-07-31')
    for (const { body } of frozen.slice(3)) expect(JSON.parse(body).currency).to.equal('GBP')
  })

  it('says nothing in its body of who, what or when exactly', () => {
    const { body, proposed: entry } = frozen[1]!
    const { userId, eventId, event, course, object, actor } = entry.record
    for (const secret of [userId, eventId, event, course, object, actor, '09:15']) {
      expect(body).to.not.include(JSON.stringify(secret).slice(1, -1))
    }
  })
})

describe('a private record', () => {
  it('has its keys in sorted order, those without a value left out', () => {
    fc.assert(
      fc.property(record, writing, (given, place) => {
        const read = JSON.parse(recordText(given, place))
        expect(Object.keys(read)).to.deep.equal(Object.keys(read).sort())
        expect(read.at).to.equal(place.at)
        expect(read.user_id).to.equal(given.userId)
        expect(Object.values(read)).to.not.include(null)
      }),
    )
  })

  it('does not lend itself to another salt or text', () => {
    const [salt, other] = ['a'.repeat(64), 'b'.repeat(64)]
    expect(new Set([commitment(salt, 'x'), commitment(other, 'x'), commitment(salt, 'y')]).size).to.equal(3)
  })
})

describe('lifetime', () => {
  it('counts grants, releases, revocations and adjustments, never spending', () => {
    expect(KINDS.filter((kind) => LIFETIME_KINDS.has(kind))).to.deep.equal([
      'grant',
      'release',
      'revocation',
      'adjustment',
    ])
  })
})
