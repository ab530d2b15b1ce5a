/** Go's own implementation of signed notes and tree proofs judges ours. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ingest } from '../../sidecar/actions/ingest.js'
import { readCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { readReceipt } from '../../sidecar/domain/receipt.js'
import { learningEvent, openRocket, type TestRocket } from '../support.js'

/** Where Debian's golang-golang-x-mod-dev puts it. */
const GOPATH = '/usr/share/gocode'

interface Answer {
  readonly ok: boolean
  readonly text?: string
  readonly root?: string
  readonly why?: string
}

describe('what Go says of our checkpoints and proofs', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'rocket-go-'))
  const judge = join(folder, 'judge')
  let rocket: TestRocket
  let bodies: string[] = []
  let hashes: string[] = []

  before(function () {
    const missing = whatIsMissing()
    if (missing) {
      console.log(
        `      ${missing}: Go does not judge checkpoints and proofs here (apt install golang-go golang-golang-x-mod-dev)`,
      )
      this.skip()
    }
    const env = { ...process.env, GO111MODULE: 'off', GOPATH, GOFLAGS: '' }
    const source = join(import.meta.dirname, 'judge.go')
    const { status, stderr } = spawnSync('go', ['build', '-o', judge, source], { env, encoding: 'utf8' })
    expect([status, stderr]).to.deep.equal([0, ''])
    rocket = signedLedger()
    const rows = 'SELECT body, hash FROM entry ORDER BY seq'
    const entries = rocket.context.reader.prepare<[], { body: string; hash: string }>(rows).all()
    bodies = entries.map(({ body }) => body)
    hashes = entries.map(({ hash }) => hash)
  })
  after(() => {
    rocket?.close()
    rmSync(folder, { recursive: true })
  })

  function ask(questions: readonly object[]): Answer[] {
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('')
    const { status, stdout, stderr } = spawnSync(judge, { input, encoding: 'utf8', maxBuffer: 2 ** 26 })
    expect([status, stderr]).to.deep.equal([0, ''])
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer)
  }
  const accepted = (questions: readonly object[]) => ask(questions).map(({ ok }) => ok)
  const all = (questions: readonly object[], outcome: boolean) =>
    expect(new Set(accepted(questions))).to.deep.equal(new Set([outcome]))
  const sizes = () => hashes.map((_, index) => index + 1)
  const signedAt = (size: number) => rocket.context.notary.at(size)
  const rootAt = (size: number) => readCheckpoint(signedAt(size)).root.toString('base64')

  it('reads the checkpoint, by the key that the ledger names, and takes it with no bit changed', () => {
    const { notary } = rocket.context
    const [checkpoint, vkeys] = [notary.newest()!, notary.keys.vkeys()]
    const [{ text } = { text: '' }] = ask([{ ask: 'note', note: checkpoint, vkeys }])
    expect(checkpoint.startsWith(`${text}\n`)).to.equal(true)
    expect(readCheckpoint(text!).size).to.equal(hashes.length)
    const end = checkpoint.indexOf('\n\n')
    const flipped = [...flips(checkpoint.slice(0, end), checkpoint.slice(end)), ...signatureFlips(checkpoint)]
    expect(flipped.length).to.be.greaterThan(100)
    all(
      flipped.map((changed) => ({ ask: 'note', note: changed, vkeys })),
      false,
    )
  })

  it('finds the same root over the same bodies, at every size', () => {
    const answers = ask(sizes().map((size) => ({ ask: 'root', bodies: bodies.slice(0, size) })))
    expect(answers.map(({ root }) => root)).to.deep.equal(sizes().map(rootAt))
  })

  it('accepts the receipt of every entry, and none of another, or with a bit changed', () => {
    const questions = sizes().map((seq) => {
      const { index, proof, checkpoint } = readReceipt(rocket.context.notary.receipt(seq))
      const { size, root } = readCheckpoint(checkpoint)
      const leaf = base64(hashes[seq - 1]!)
      return { ask: 'inclusion', size, root: root.toString('base64'), index, leaf, proof: proof.map(inBase64) }
    })
    all(questions, true)
    all(
      questions.map((question) => ({ ...question, index: (question.index + 1) % hashes.length })),
      false,
    )
    all(questions.flatMap(oneBitOff('leaf')), false)
  })

  it('accepts the proof between any two sizes, and none with a bit changed', () => {
    const pairs = sizes().flatMap((size) => sizes().flatMap((from) => (from <= size ? [[from, size] as const] : [])))
    const questions = pairs.map(([from, size]) => {
      const proof = rocket.context.notary.consistency(from, size)
      return { ask: 'consistency', size, root: rootAt(size), from, before: rootAt(from), proof }
    })
    all(questions, true)
    all(questions.flatMap(oneBitOff('before')), false)
  })
})

/** Not a power of two; some full subtrees of sixteen. */
const ENTRIES = 45

function signedLedger(): TestRocket {
  const rocket = openRocket('- { id: quiz, event: quiz.graded, points: 1 }\n')
  const { stores, rules, notary } = rocket.context
  notary.keys.begin()
  while (stores.ledger.head().seq < ENTRIES) {
    const event = learningEvent({ data: { score: 85 } })
    stores.writer.write(() => ingest(stores, rules.current(), event, rocket.clock.now))
  }
  // From here on two keys sign.
  notary.keys.rotate('it', 'test')
  return rocket
}

function whatIsMissing(): string | null {
  if (spawnSync('go', ['version']).status !== 0) return 'there is no go'
  const mod = join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog')
  return existsSync(mod) ? null : `there is no ${mod}`
}

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
const inBase64 = (bytes: Buffer): string => bytes.toString('base64')

/** A text with one bit of each of its bytes changed, where that leaves a sign that can be printed. */
function flips(text: string, rest: string): string[] {
  return [...text].flatMap((_, at) => {
    const bytes = Buffer.from(text)
    bytes[at] = bytes[at]! ^ 1
    return bytes[at]! >= 0x20 ? [bytes.toString() + rest] : []
  })
}

/** A note with one bit of each byte of its signatures changed; of all of them, since one that is right is enough. */
function signatureFlips(note: string): string[] {
  return Array.from({ length: 64 }, (_, at) =>
    note.replace(/^(\u2014 \S+) (\S+)$/gm, (_line, name: string, encoded: string) => {
      const bytes = Buffer.from(encoded, 'base64')
      bytes[4 + at] = bytes[4 + at]! ^ 1
      return `${name} ${bytes.toString('base64')}`
    }),
  )
}

/** The question with one bit changed: of the root, of what is proven, and of each hash of the proof. */
function oneBitOff(proven: 'leaf' | 'before') {
  const off = (hash: string): string => {
    const bytes = Buffer.from(hash, 'base64')
    bytes[7] = bytes[7]! ^ 4
    return bytes.toString('base64')
  }
  return <T extends { root: string; proof: readonly string[] }>(question: T): T[] => [
    { ...question, root: off(question.root) },
    { ...question, [proven]: off(String(question[proven as keyof T])) },
    ...question.proof.map((hash, at) => ({ ...question, proof: question.proof.with(at, off(hash)) })),
  ]
}
