import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Context, openContext } from '../../sidecar/context.js'
import { openCheckpoint, readCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { openNote, signerFrom } from '../../sidecar/domain/note.js'
import { readReceipt } from '../../sidecar/domain/receipt.js'
import { provesConsistency, provesInclusion } from '../../sidecar/domain/tree.js'
import { HomeError } from '../../sidecar/home.js'
import { createLog } from '../../sidecar/log.js'
import { openRocket, type TestRocket } from '../support.js'

const DAY = 86_400_000

/** The same home, as another process opens it. */
const openRocketAgain = ({ context, clock }: TestRocket, env: NodeJS.ProcessEnv = {}): Context =>
  openContext(context.config, createLog('silent'), false, { now: () => clock.now, env })

describe('the notary', () => {
  let rocket: TestRocket
  const notary = () => rocket.context.notary
  const keys = () => rocket.context.stores.ledger.keys()
  const keyFile = () => join(rocket.home, 'ledger.key')
  /** Puts entries on the ledger. */
  const append = (count: number) => {
    const { stores, rules } = rocket.context
    const { settings, civil } = rules.current()
    stores.writer.write(() => {
      for (let n = 0; n < count; n++) {
        const record = { actor: 'test', reason: `${n}` }
        const nothing = { subject: null, points: 0, held: 0, rule: null, expires: null, ref: null }
        stores.ledger.append({ kind: 'administration', ...nothing, record }, settings.source, rocket.clock.now, civil)
      }
    })
  }
  const size = () => rocket.context.stores.ledger.head().seq
  const opened = (note: string | null) => openCheckpoint(note!, notary().keys.vkeys())
  beforeEach(() => {
    rocket = openRocket()
  })
  afterEach(() => rocket.close())

  it('signs nothing before the first key', () => {
    expect(notary().newest()).to.equal(null)
    expect(() => notary().atHand()).to.throw(HomeError, 'not signed yet')
    expect(notary().keys.vkeys()).to.deep.equal([])
    expect(() => notary().receipt(1)).to.throw('not signed yet')
  })

  it('makes the first key outside the database, for its owner alone, and says so on the ledger', () => {
    notary().keys.begin()
    expect(statSync(keyFile()).mode & 0o777).to.equal(0o600)
    expect(keys()).to.have.length(1)
    const [{ origin, vkey }] = keys() as [{ origin: string; vkey: string }]
    expect(origin).to.match(/^rocket\/moodle\/[0-9a-f]{8}$/)
    expect(notary().keys.vkeys()).to.deep.equal([vkey])
    const seed = readFileSync(keyFile(), 'utf8').split(' ')[1]!.trim()
    const rows = rocket.context.reader.prepare('SELECT group_concat(data) FROM private_record').pluck().get()
    expect(rows).to.contain(vkey).and.not.contain(seed)
    notary().keys.begin()
    expect(keys()).to.have.length(1)
  })

  it('signs what is on the disk: every entry, under one root', () => {
    notary().keys.begin()
    const first = notary().newest()
    expect(opened(first)).to.include({ origin: keys()[0]!.origin, size: size() })
    expect(notary().newest()).to.equal(first)
    append(20)
    expect(opened(notary().newest())).to.include({ size: size() })
    expect(opened(notary().newest()).root.equals(rocket.context.stores.ledger.tree.head().root)).to.equal(true)
  })

  it('signs nothing of what is rolled back', () => {
    notary().keys.begin()
    const before = notary().newest()
    const { writer } = rocket.context.stores
    expect(() =>
      writer.write(() => {
        throw new Error('no')
      }),
    ).to.throw('no')
    expect(notary().newest()).to.equal(before)
  })

  it('gives a receipt for every entry, that its checkpoint proves', () => {
    notary().keys.begin()
    append(30)
    const hashes = rocket.context.reader.prepare<[], string>('SELECT hash FROM entry ORDER BY seq').pluck().all()
    for (const [index, hash] of hashes.entries()) {
      const receipt = readReceipt(notary().receipt(index + 1))
      const { size: of, root } = opened(receipt.checkpoint)
      expect(receipt.index).to.equal(index)
      expect(provesInclusion({ ...receipt, size: of, root, leaf: Buffer.from(hash, 'hex') })).to.equal(true)
    }
    expect(() => notary().receipt(size() + 1)).to.throw('There is no entry')
    expect(() => notary().receipt(0)).to.throw('There is no entry')
  })

  it('proves to whoever holds an earlier checkpoint that the newest one continues it', () => {
    notary().keys.begin()
    append(10)
    const held = notary().newest()!
    append(25)
    const proof = notary()
      .follow(held)!
      .map((hash) => Buffer.from(hash, 'base64'))
    const [{ size: from, root: fromRoot }, newest] = [opened(held), opened(notary().newest())]
    expect(provesConsistency({ from, fromRoot, size: newest.size, root: newest.root, proof })).to.equal(true)
    expect(notary().follow(notary().newest()!)).to.deep.equal([])
    expect(readCheckpoint(openNote(notary().at(from), notary().keys.vkeys()).text)).to.deep.equal(opened(held))
  })

  it('proves nothing to whoever holds something else', () => {
    notary().keys.begin()
    for (const other of ['', 'text', notary().newest()!.replace('rocket', 'rokcet')])
      expect(notary().follow(other)).to.equal(null)
    expect(keys()).to.have.length(1)
  })

  it('gives the ledger another name where somebody holds one of its checkpoints over more entries than there are', () => {
    notary().keys.begin()
    append(5)
    const { origin, size: before } = opened(notary().newest())
    // As it was signed by a ledger that was then put back to an older copy.
    const [signer] = notary().keys.signers()
    const text = `${origin}\n${before + 10}\n${Buffer.alloc(32, 1).toString('base64')}\n`
    const held = `${text}\n${signer!.sign(text)}`
    expect(notary().follow(held)).to.equal(null)
    const newest = opened(notary().newest())
    expect(newest.origin).not.to.equal(origin)
    const { former } = keys().at(-1)!
    expect(former).to.include({ origin, size: before })
    const [notice] = rocket.context.stores.notices.after(0, 100).filter(({ code }) => code === 'ledger_renamed')
    expect(notice!.params.former).to.equal(origin)
    // What is lost is asked for, and nothing is redeemed before.
    expect(rocket.context.stores.resends.awaited()).not.to.equal(null)
    expect(rocket.context.stores.pauses.list().map(({ cause }) => cause)).to.deep.equal(['restore'])
    // Whoever comes with the same again hears nothing new.
    expect(notary().follow(held)).to.equal(null)
    expect(keys()).to.have.length(2)
  })

  it('gives it another name as well where it has grown past that checkpoint by other entries', () => {
    notary().keys.begin()
    append(20)
    const [signer] = notary().keys.signers()
    const text = `${keys()[0]!.origin}\n5\n${Buffer.alloc(32, 1).toString('base64')}\n`
    expect(notary().follow(`${text}\n${signer!.sign(text)}`)).to.equal(null)
    expect(keys()).to.have.length(2)
  })

  it('keeps each checkpoint once', () => {
    notary().keys.begin()
    const kept = () => rocket.context.reader.prepare('SELECT size, note FROM checkpoint ORDER BY size').all()
    const first = notary().newest()!
    notary().keep(first)
    notary().keep(first)
    expect(kept()).to.deep.equal([{ size: size(), note: first }])
    append(1)
    notary().keep(notary().newest()!)
    expect(kept()).to.have.length(2)
  })

  it('is followed by an entry that another process writes', () => {
    notary().keys.begin()
    const other = openRocketAgain(rocket)
    const { stores, rules } = other
    const { settings, civil } = rules.current()
    const record = { actor: 'test', reason: 'beside' }
    const nothing = { subject: null, points: 0, held: 0, rule: null, expires: null, ref: null }
    stores.writer.write(() =>
      stores.ledger.append({ kind: 'administration', ...nothing, record }, settings.source, rocket.clock.now, civil),
    )
    expect(opened(notary().newest()).size).to.equal(stores.ledger.head().seq)
    expect(notary().newest()).to.equal(other.notary.newest())
    other.close()
  })

  describe('with a new key', () => {
    it('signs with both for thirty days, under the same name, and then with the new one alone', () => {
      notary().keys.begin()
      const [before] = notary().keys.vkeys() as [string]
      notary().keys.rotate('cli:root', 'the machine was replaced')
      const [after, also] = notary().keys.vkeys() as [string, string]
      expect(also).to.equal(before)
      expect(after).not.to.equal(before)
      expect(keys().map(({ origin }) => origin)).to.deep.equal([keys()[0]!.origin, keys()[0]!.origin])
      const { signedBy } = openNote(notary().newest()!, [before, after])
      expect(signedBy).to.deep.equal([before, after])
      rocket.clock.now += 30 * DAY
      expect(notary().keys.vkeys()).to.deep.equal([after])
      expect(() => openNote(notary().newest()!, [before])).to.throw('nobody whose key is known')
    })

    it('signs alone at once where the one before is said to be compromised', () => {
      notary().keys.begin()
      const [before] = notary().keys.vkeys() as [string]
      notary().keys.rotate('cli:root', 'stolen', 'compromised')
      expect(notary().keys.vkeys()).to.have.length(1)
      expect(() => openNote(notary().newest()!, [before])).to.throw('nobody whose key is known')
      expect(keys().map(({ origin }) => origin)).to.deep.equal([keys()[0]!.origin, keys()[0]!.origin])
    })

    it('cannot be outvoted by one that was rotated away: what that one signs renames nothing', () => {
      notary().keys.begin()
      const [old] = notary().keys.signers()
      notary().keys.rotate('cli:root', 'stolen', 'compromised')
      const text = `${keys()[0]!.origin}\n1000\n${Buffer.alloc(32, 1).toString('base64')}\n`
      expect(notary().follow(`${text}\n${old!.sign(text)}`)).to.equal(null)
      expect(keys()).to.have.length(2)
    })

    it('is put in force at the start where only its file had it: a rotation that was cut short, or one by hand', () => {
      notary().keys.begin()
      const [before] = notary().keys.vkeys()
      notary().keys.file.renew()
      const again = openRocketAgain(rocket)
      again.notary.keys.begin()
      expect(again.notary.keys.vkeys()).to.have.length(2).and.to.include(before)
      again.notary.keys.begin()
      expect(again.stores.ledger.keys()).to.have.length(2)
      again.close()
    })

    it('of which the ledger knows nothing after a copy was put in place still says what was signed', () => {
      notary().keys.begin()
      const [origin] = keys().map((one) => one.origin)
      const [, ...rest] = [...notary().keys.file.renew()]
      expect(rest).to.have.length(1)
      const signer = signerFrom(origin!, notary().keys.file.read()[0]!)
      const text = `${origin}\n1000\n${Buffer.alloc(32, 1).toString('base64')}\n`
      expect(notary().follow(`${text}\n${signer.sign(text)}`)).to.equal(null)
      expect(keys().at(-1)!.origin).not.to.equal(origin)
    })

    it('goes on with the one before, where a crash came before its entry', () => {
      notary().keys.begin()
      const before = notary().keys.vkeys()
      rocket.context.notary.keys.file.renew()
      const again = openRocketAgain(rocket)
      expect(again.notary.keys.vkeys()).to.deep.equal(before)
      again.close()
    })

    it('that comes because the one before is lost, gets another name, and says how far the old one went', () => {
      notary().keys.begin()
      const { origin } = keys()[0]!
      rmSync(keyFile())
      const again = openRocketAgain(rocket)
      expect(() => again.notary.keys.begin()).to.throw(HomeError, 'ledger key --rotate')
      expect(() => again.notary.keys.rotate('cli:root', 'by mistake')).to.throw(HomeError, 'not at hand')
      again.notary.keys.rotate('cli:root', 'gone for good', 'lost')
      expect(again.stores.ledger.keys().at(-1)!.former).to.include({ origin, size: 2 })
      expect(openCheckpoint(again.notary.newest()!, again.notary.keys.vkeys()).origin).not.to.equal(origin)
      again.close()
    })
  })

  it('refuses a key that others can read, or that is none', () => {
    notary().keys.begin()
    chmodSync(keyFile(), 0o644)
    expect(() => openRocketAgain(rocket).notary.newest()).to.throw(HomeError, 'chmod 600')
    chmodSync(keyFile(), 0o600)
    writeFileSync(keyFile(), 'ed25519 AAAA\n')
    expect(() => openRocketAgain(rocket).notary.newest()).to.throw(HomeError, 'does not hold the ledger’s key')
  })

  it('gives a command that the key is not handed to the newest checkpoint that was kept', () => {
    notary().keys.begin()
    const kept = notary().newest()!
    notary().keep(kept)
    append(3)
    rmSync(keyFile())
    const again = openRocketAgain(rocket)
    expect(again.notary.keys.vkeys()).to.deep.equal(keys().map(({ vkey }) => vkey))
    expect(again.notary.atHand()).to.equal(kept)
    expect(readReceipt(again.notary.receipt(1, kept)).checkpoint).to.equal(kept)
    expect(() => again.notary.receipt(size(), kept)).to.throw('There is no entry')
    again.close()
  })

  it('takes the key that systemd hands over, and leaves its renewal to a person', () => {
    notary().keys.begin()
    const folder = join(rocket.home, 'credentials')
    const env = { CREDENTIALS_DIRECTORY: folder }
    const seed = readFileSync(keyFile())
    rmSync(keyFile())
    mkdirSync(folder)
    writeFileSync(join(folder, 'rocket-ledger-key'), seed)
    const again = openRocketAgain(rocket, env)
    expect(opened(again.notary.newest()).size).to.equal(size())
    expect(() => again.notary.keys.rotate('cli:root', 'test')).to.throw(HomeError, 'which Rocket cannot write')
    again.close()
  })
})
