// Verifies an export of Rocket's ledger, without Rocket: an independent reading of sidecar/docs/ledger.md that shares no code
// with what wrote it. It needs Node 20 and nothing else, and this one file can be copied to wherever an auditor works.
// `node verify-export.js --help` says how it is called. Memory holds a few sums for each learner and redemption and four bytes
// for each entry, never the entries.

import { isUtf8 } from 'node:buffer'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const USAGE = `Verifies an export of Rocket's ledger, without Rocket.

  node verify-export.js ledger.jsonl --checkpoint ledger.jsonl.checkpoint --key VKEY --against JUNE.checkpoint

  --checkpoint FILE  the checkpoint that was made with the export: it is over just the entries in it
  --against FILE     a checkpoint that you kept from earlier, or a receipt (it ends in .tlog-proof): as often as you like
  --key VKEY         the ledger's public key as you wrote it down; where it was changed, the later ones as well: as often
                     as you like, or one a line in one value. One of them has to have signed each checkpoint
  --without-records  the export was given to you without private records: that they are missing is no fault then
  --balances         prints a line for each learner: their id, balance and held points
  --help, -h         prints this

Exit code: 0 everything agrees, 1 something does not (the first of it is said), 2 it was called wrongly.`

class Wrong extends Error {}
class Misused extends Error {}
const check = (ok, what) => {
  if (!ok) throw new Wrong(what)
}
const sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const count = (number) => number.toLocaleString('en-GB')
/** One line, in which nothing that comes from a file can move the cursor or hide what stands beside it. */
const shown = (line) =>
  line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u${sign.codePointAt(0).toString(16).padStart(4, '0')}`)

// ---- Signed notes and checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint)

function readKey(vkey) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey.trim()) ?? []
  const bytes = Buffer.from(encoded ?? '', 'base64')
  // The id is the beginning of a hash over the name and the key, so that a slip of the pen is noticed.
  const expected = sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex')
  const exact = bytes.length === 33 && bytes[0] === 1 && bytes.toString('base64') === encoded
  if (!exact || id !== expected) throw new Misused(`${vkey} is no public key: name+id+key`)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') }
  return { vkey, name, id, key: createPublicKey({ key: jwk, format: 'jwk' }) }
}

function readNote(path, note) {
  const end = note.lastIndexOf('\n\n')
  const [origin, size, root, ...more] = note.slice(0, end).split('\n')
  const bytes = Buffer.from(root ?? '', 'base64')
  // A file that is something else says nothing about the ledger: the wrong one was given.
  const isNote = end > 0 && /^[1-9][0-9]*$/.test(size) && bytes.length === 32 && more.length === 0
  if (!isNote) throw new Misused(`${path}: this is no checkpoint`)
  const signatures = note
    .slice(end + 2)
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, name, encoded] = /^\u2014 ([^+\s]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? []
      if (!encoded) throw new Misused(`${path}: a line below the text is no signature`)
      const signature = Buffer.from(encoded, 'base64')
      return { name, id: signature.subarray(0, 4).toString('hex'), signature: signature.subarray(4) }
    })
  return { path, origin, size: Number(size), root: bytes, text: note.slice(0, end + 1), signatures, receipt: null }
}

/** What was kept elsewhere: a checkpoint, or a receipt (c2sp.org/tlog-proof@v1), which is a proof with one below it. */
function readKept(path) {
  const text = readFileSync(path, 'utf8')
  if (!text.startsWith('c2sp.org/tlog-proof@')) return readNote(path, text)
  const end = text.indexOf('\n\n')
  const [header, ...lines] = text.slice(0, end).split('\n')
  if (lines[0]?.startsWith('extra ')) lines.shift()
  const [, index] = /^index (0|[1-9][0-9]{0,14})$/.exec(lines.shift() ?? '') ?? []
  const steps = lines.map((line) => Buffer.from(line, 'base64'))
  const exact = steps.every((step, place) => step.length === 32 && step.toString('base64') === lines[place])
  if (end < 0 || header !== 'c2sp.org/tlog-proof@v1' || index === undefined || !exact)
    throw new Misused(`${path}: this is no receipt`)
  return { ...readNote(path, text.slice(end + 2)), receipt: { index: Number(index), steps } }
}

/** @returns the key that signed a note. */
function signerOf({ path, text, signatures }, keys) {
  for (const key of keys) {
    const line = signatures.find(({ name, id }) => name === key.name && id === key.id)
    if (!line) continue
    check(verify(null, Buffer.from(text), key.key, line.signature), `${path}: the signature is not over this text`)
    return key
  }
  throw new Wrong(
    `${path}: none of the keys that you gave signed this, but ${signatures.map(({ name }) => name).join()}`,
  )
}

// ---- The tree (RFC 6962, section 2.1)

class Tree {
  size = 0
  // Roots of full subtrees, the largest first: a tree of 1,000 entries is one of 512, 256, 128, 64, 32 and 8.
  full = []

  add(leaf) {
    this.full.push(leaf)
    this.size++
    // As often as two of one size stand beside each other, they become one.
    for (let rest = this.size; rest % 2 === 0; rest /= 2) {
      const [left, right] = this.full.splice(-2)
      this.full.push(sha256('\x01', left, right))
    }
  }

  root() {
    return this.full.length === 0 ? sha256() : this.full.reduceRight((right, left) => sha256('\x01', left, right))
  }
}

/** The root that a receipt's proof leads to from a leaf (RFC 9162, section 2.1.3.2); null: to none. */
function rootBy(index, size, leaf, steps) {
  let place = index
  let last = size - 1
  let found = leaf
  for (const step of steps) {
    if (last === 0) return null
    if (place % 2 === 1 || place === last) {
      found = sha256('\x01', step, found)
      while (place % 2 === 0 && place > 0) {
        place /= 2
        last = Math.floor(last / 2)
      }
    } else found = sha256('\x01', found, step)
    place = Math.floor(place / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? found : null
}

// ---- Entries

const isText = (value) => typeof value === 'string'
const orNull = (test) => (value) => value === null || test(value)
const isDay = (value) => isText(value) && /^\d{4}-\d\d-\d\d$/.test(value)
const isHash = (value) => isText(value) && /^[0-9a-f]{64}$/.test(value)
const FORM = {
  amount_minor: orNull(Number.isSafeInteger),
  budget: orNull(isText),
  currency: orNull(isText),
  day: isDay,
  expires: orNull(isDay),
  held: Number.isSafeInteger,
  kind: isText,
  points: Number.isSafeInteger,
  prev: isHash,
  priv: isHash,
  ref: orNull(Number.isSafeInteger),
  reward: orNull(isText),
  rule: orNull(isText),
  seq: Number.isSafeInteger,
  source: isText,
  subject: orNull((value) => isText(value) && /^[0-9a-f]{24}$/.test(value)),
  v: (value) => value === 1,
}
const KEYS = Object.keys(FORM).join()

function parsed(text, what) {
  // Half of a surrogate pair would be hashed as if it were another sign.
  check(isText(text) && !/\p{Surrogate}/u.test(text), what)
  try {
    return JSON.parse(text)
  } catch {
    throw new Wrong(what)
  }
}

function readBody(text) {
  const what = 'the body is not canonical JSON with the keys of an entry'
  const body = parsed(text, what)
  check(body !== null && Object.keys(body).join() === KEYS && JSON.stringify(body) === text, what)
  for (const [key, test] of Object.entries(FORM)) check(test(body[key]), `${key} in the body is not what it has to be`)
  return body
}

class Ledger {
  tree = new Tree()
  prev = '0'.repeat(64)
  opened = 0
  erased = 0
  /** Learners by their number from 1 on; by subject. */
  learners = [null]
  bySubject = new Map()
  /** For each entry the number of the learner whose standing grant it is, 0 where it is none. */
  granted = new Uint32Array(1_024)
  spent = new Map()
  transfers = new Map()
  renamed = []

  line(bytes) {
    check(isUtf8(bytes), 'it is not UTF-8')
    const text = bytes.toString()
    const row = parsed(text, 'it is not JSON')
    check(
      row !== null && Object.keys(row).join() === 'body,hash,salt,data',
      'it has not the keys body, hash, salt and data',
    )
    // A key that is there twice is read in one way here, and in another by somebody else.
    check(JSON.stringify(row) === text, 'it is not written as an export writes it: no spaces, each key once')
    const { hash, salt, data } = row
    const seq = this.tree.size + 1
    const body = readBody(row.body)
    const leaf = sha256('\0', row.body)
    check(hash === leaf.toString('hex'), 'the hash is not the hash of the body')
    check(body.seq === seq, `this is entry ${body.seq}: one is missing, or out of its place`)
    check(body.prev === this.prev, 'the body does not name the hash of the entry before')
    const record = data === null ? null : this.record(body, salt, data)
    if (body.subject !== null) this.account(body, this.learner(body.subject))
    if (body.kind === 'erasure') this.erased += record?.detail?.records ?? 0
    if (record?.detail?.former) this.renamed.push({ seq, ...record.detail.former })
    this.prev = hash
    this.tree.add(leaf)
  }

  learner(subject) {
    let learner = this.bySubject.get(subject)
    if (!learner) {
      learner = { number: this.learners.length, user: null, points: 0, held: 0, into: null }
      this.learners.push(learner)
      this.bySubject.set(subject, learner)
    }
    return learner
  }

  record(body, salt, data) {
    const record = parsed(data, 'the record is not JSON')
    const secret = `rocket-private/v1\n${salt}\n${data}`
    check(
      isHash(salt) && body.priv === sha256(secret).toString('hex'),
      'the record is not the one that the body commits to',
    )
    check(record.source === body.source, 'the record names another source than the body')
    if (body.subject !== null && record.user_id !== undefined) {
      const learner = this.learner(body.subject)
      learner.user ??= record.user_id
      check(learner.user === record.user_id, 'the record names another learner than earlier ones')
    }
    this.opened++
    return record
  }

  /** Since accounts were merged. */
  owner(learner) {
    return learner?.into ? this.owner(learner.into) : learner
  }

  account({ seq, kind, points, held, ref, amount_minor: money }, learner) {
    learner.points += points
    learner.held += held
    check(learner.held >= 0, 'more held points are taken than there were')
    if (kind === 'grant' || kind === 'hold') this.grant(seq, learner)
    if (kind === 'revocation') {
      const granted = this.learners[this.granted[ref] ?? 0]
      check(granted && this.owner(granted) === learner, 'it takes back what was not granted, or a second time')
      this.granted[ref] = 0
    }
    if (kind === 'redemption') this.spent.set(seq, { learner, points: -points, money: money ?? 0 })
    if (kind === 'refund') {
      const left = this.spent.get(ref)
      const same = left && this.owner(left.learner) === learner
      const what = 'it gives back what was not spent, or a second time'
      check(same && points <= left.points && -(money ?? 0) <= left.money, what)
      left.points -= points
      left.money += money ?? 0
    }
    if (kind === 'merge') this.merge(seq, ref, points, held, learner)
    if (kind === 'erasure')
      check(learner.points === 0 && learner.held === 0, 'it leaves points to a learner who is erased')
  }

  grant(seq, learner) {
    if (seq >= this.granted.length) {
      const longer = new Uint32Array(this.granted.length * 2)
      longer.set(this.granted)
      this.granted = longer
    }
    this.granted[seq] = learner.number
  }

  merge(seq, ref, points, held, learner) {
    if (ref === null) return this.transfers.set(seq, { from: learner, points: -points, held: -held })
    const transfer = this.transfers.get(ref)
    const what = 'it brings what left no other account for this one'
    check(transfer && transfer.from !== learner && [transfer.from, learner].includes(this.owner(transfer.from)), what)
    transfer.from.into = learner
    transfer.points -= points
    transfer.held -= held
  }

  finish() {
    for (const [seq, { points, held }] of this.transfers)
      check(points === 0 && held === 0, `line ${seq}: what leaves this account by it arrives at no other`)
  }
}

// ---- The file

/** The lines of a file, as bytes: never more of it in memory than a piece. */
async function* linesOf(path) {
  let rest = Buffer.alloc(0)
  for await (const piece of createReadStream(path)) {
    rest = Buffer.concat([rest, piece])
    let start = 0
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.subarray(start, end)
      start = end + 1
    }
    rest = rest.subarray(start)
  }
  if (rest.length > 0) yield rest
}

/** @param roots by the size at which they are wanted. @param leaves the hashes that are wanted, by their index from 0. */
async function readLedger(path, roots, leaves) {
  const ledger = new Ledger()
  for await (const line of linesOf(path)) {
    const { size } = ledger.tree
    try {
      ledger.line(line)
    } catch (error) {
      throw error instanceof Wrong ? new Wrong(`line ${size + 1}: ${error.message}`) : error
    }
    if (roots.has(size + 1)) roots.set(size + 1, ledger.tree.root())
    if (leaves.has(size)) leaves.set(size, Buffer.from(ledger.prev, 'hex'))
    if (process.stderr.isTTY && size % 50_000 === 0) process.stderr.write(`\r${count(size)} entries`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  ledger.finish()
  return ledger
}

/** Holds a checkpoint against what was read. @returns what that proves. */
function holdAgainst(note, key, ledger, roots) {
  const { path, origin, size, root } = note
  const { seq } = ledger.renamed.find((renamed) => renamed.origin === origin && renamed.size < size) ?? {}
  const why = seq === undefined ? '' : `; line ${seq} says that they were given up when a backup was restored`
  const here = ledger.tree.size
  check(size <= here, `${path}: ${count(size)} entries were signed, and ${count(here)} are here${why}`)
  const what = `${path}: the first ${count(size)} entries are not those that were signed`
  check(roots.get(size).equals(root), `${what}: one of them was changed, removed or put in${why}`)
  const by = key ? `signed by ${key.vkey}` : 'whose signature was NOT checked, since no --key was given'
  return `${path}: the first ${count(size)} entries are those of this checkpoint, ${by}.`
}

/** Holds a receipt against what was read, whose checkpoint agrees. @returns what that proves. */
function holdReceipt({ path, size, root, receipt: { index, steps } }, leaves) {
  const proven = index < size && rootBy(index, size, leaves.get(index), steps)?.equals(root)
  check(proven, `${path}: entry ${count(index + 1)} is not the one that this receipt is over, or its proof was changed`)
  return `${path}: entry ${count(index + 1)} is the one that this receipt is over.`
}

function told({ tree, opened, erased, prev, renamed }, proofs, covered) {
  const missing = tree.size - opened
  const records = opened === 0 ? '' : 'records, '
  return [
    `${count(tree.size)} entries in one piece: numbers, hashes, links, ${records}balances and refunds agree.`,
    `${count(opened)} private records opened, ${count(missing)} are not in this export; erasures in it declare ${count(erased)} deleted.`,
    ...renamed.map(
      ({ seq, origin, size }) =>
        `Line ${seq} says that this ledger was called ${origin} up to entry ${count(size)}, and that later ones may have been lost.`,
    ),
    ...proofs,
    `Last hash ${prev}, root ${tree.root().toString('hex')}.`,
    covered === 0
      ? 'Not proven: that this is the ledger it was. Give --against a checkpoint that you kept, and --key.'
      : `Not proven: what comes after entry ${count(covered)}, and that what was reported to Rocket is true and complete.`,
  ]
}

async function main() {
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) throw new Misused('give one export: node verify-export.js ledger.jsonl')
  const keys = (values.key ?? []).flatMap((value) => value.trim().split('\n')).map(readKey)
  const { checkpoint } = values
  const beside = checkpoint === undefined ? [] : [readNote(checkpoint, readFileSync(checkpoint, 'utf8'))]
  const notes = [...beside, ...(values.against ?? []).map(readKept)]
  const receipts = notes.filter(({ receipt }) => receipt !== null)
  const signers = notes.map((note) => (keys.length > 0 ? signerOf(note, keys) : null))
  const roots = new Map(notes.map(({ size }) => [size, null]))
  const leaves = new Map(receipts.map(({ receipt }) => [receipt.index, null]))
  const ledger = await readLedger(path, roots, leaves)
  const proofs = notes.map((note, index) => holdAgainst(note, signers[index], ledger, roots))
  proofs.push(...receipts.map((note) => holdReceipt(note, leaves)))
  for (const { path: file, size } of beside)
    check(
      size === ledger.tree.size,
      `${file}: it is over ${count(size)} entries, the export has ${count(ledger.tree.size)}`,
    )
  const missing = ledger.tree.size - ledger.opened
  check(
    missing === ledger.erased || values['without-records'],
    `${count(missing)} private records are not in this export, and erasures in it declare ${count(ledger.erased)} deleted: the others were left out, or deleted by somebody. If it was given to you without records, say --without-records`,
  )
  // What lies beside the export comes from the same hands: only what was kept elsewhere, and is signed, covers anything.
  const kept = notes.filter((_, index) => index >= beside.length && signers[index] !== null)
  const covered = Math.max(0, ...kept.map(({ size }) => size))
  const balances = ledger.learners.slice(1).map(({ user, points, held }) => `${user ?? 'erased'} ${points} ${held}`)
  const lines = [...(values.balances ? balances : []), ...told(ledger, proofs, covered)]
  console.log(lines.map(shown).join('\n'))
}

let values
let positionals
try {
  const options = {
    checkpoint: { type: 'string' },
    against: { type: 'string', multiple: true },
    key: { type: 'string', multiple: true },
    balances: { type: 'boolean' },
    'without-records': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  }
  ;({ values, positionals } = parseArgs({ options, allowPositionals: true }))
  if (values.help) console.log(USAGE)
  else if (process.argv.length === 2) throw new Misused(USAGE)
  else await main()
} catch (error) {
  const misused = error instanceof Misused || error.code?.startsWith('ERR_PARSE_ARGS') || error.syscall !== undefined
  if (!misused && !(error instanceof Wrong)) throw error
  console.error(misused ? error.message : shown(`NOT verified. ${error.message}`))
  process.exitCode = misused ? 2 : 1
}
