import { expect } from 'chai'
import { lostSentence, verifyLedger } from '../../sidecar/actions/verify.js'
import type { GivenCheckpoints } from '../../sidecar/actions/verify-checkpoints.js'
import { signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { NoteError, type Signer, signerFrom } from '../../sidecar/domain/note.js'
import { receiptText } from '../../sidecar/domain/receipt.js'
import type { KeyDetail } from '../../sidecar/domain/signing.js'
import { EMPTY_ROOT, inclusionProof, treeRoot } from '../../sidecar/domain/tree.js'
import { append, type Opened, open } from '../store/files.js'
import { NOW } from '../support.js'

const ORIGIN = 'rocket/moodle/1a2b3c4d'
const LATER = 'rocket/moodle/5e6f7a8b'
const [KEY, OTHER, THIRD] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte)) as [Buffer, Buffer, Buffer]
const signer = signerFrom(ORIGIN, KEY)

/** A ledger of as many entries, the second of which names a key. */
function signed(size: number): Opened {
  const opened = open()
  append(opened)
  useKey(opened, { origin: ORIGIN, vkey: signer.vkey })
  while (sizeOf(opened) < size) append(opened)
  return opened
}

const sizeOf = ({ stores }: Opened): number => stores.ledger.head().seq
const useKey = (opened: Opened, detail: KeyDetail) => append(opened, { kind: 'key', record: { detail: { ...detail } } })
const rootAt = ({ stores }: Opened, size: number): Buffer => treeRoot(size, stores.ledger.tree.subtrees)
const note = (opened: Opened, size: number, by: Signer = signer, root = rootAt(opened, size)): string =>
  signCheckpoint({ origin: by.name, size, root }, [by])

/** Keeps a checkpoint in the table, as the server does. */
function keep({ connection }: Opened, size: number, text: string, origin = ORIGIN): void {
  connection
    .prepare('INSERT INTO checkpoint (origin, size, time, note) VALUES (?, ?, ?, ?)')
    .run(origin, size, NOW + size * 60_000, text)
}

const verify = ({ connection }: Opened, given: GivenCheckpoints = {}) =>
  verifyLedger(connection, { quick: true, ...given })
const said = (opened: Opened, given: GivenCheckpoints = {}): string[] =>
  verify(opened, given).problems.map(({ seq, message }) => (seq === null ? message : `entry ${seq}: ${message}`))
const file = (text: string, name = 'audit.checkpoint') => ({ name, text })

/** Runs a test on a ledger of forty entries. */
const on = (test: (opened: Opened) => void) => () => {
  const opened = signed(40)
  test(opened)
  opened.connection.close()
}

describe('ledger verify of the checkpoints that are kept here', () => {
  it(
    'counts those that agree, in the table and in the files, quick or full',
    on((opened) => {
      for (const size of [5, 17, 40]) keep(opened, size, note(opened, size))
      const given = { files: [file(note(opened, 40), 'latest')] }
      expect(verify(opened, given)).to.deep.include({ ok: true, checkpoints: { own: 4, against: 0 }, declaredLost: [] })
      const full = verifyLedger(opened.connection, { quick: false, ...given })
      expect(full).to.deep.include({ ok: true, checkpoints: { own: 4, against: 0 } })
    }),
  )

  it(
    'names the first that has another root, and between which sizes the change lies',
    on((opened) => {
      keep(opened, 17, note(opened, 17))
      for (const size of [30, 40]) keep(opened, size, note(opened, size, signer, EMPTY_ROOT))
      expect(said(opened)).to.deep.equal([
        'the checkpoint of 30 entries that was signed on 2026-11-23 has another root: an entry at or before 30 was ' +
          'changed, removed or inserted since; entries 1–17 are as the checkpoint of 17 entries that was signed on ' +
          '2026-11-23 has them, unless that was signed anew: the change is between 18 and 30',
      ])
    }),
  )

  it(
    'says which entries are gone where one is over more than there are',
    on((opened) => {
      const longer = signed(50)
      const latest = { files: [file(note(longer, 1_234, signer, EMPTY_ROOT), 'latest')] }
      longer.connection.close()
      expect(said(opened, latest)).to.deep.equal([
        'the checkpoint of 1,234 entries in checkpoints/latest is over more than there are: entries 41–1234 are gone',
      ])
    }),
  )

  it(
    'believes none that no key of the ledger has signed, or that was changed',
    on((opened) => {
      keep(opened, 5, note(opened, 5, signerFrom(ORIGIN, OTHER)))
      keep(opened, 6, note(opened, 7).replace('\n7\n', '\n6\n'))
      keep(opened, 8, 'no checkpoint')
      keep(opened, 9, note(opened, 10))
      keep(opened, 11, note(opened, 11, signerFrom('another', KEY)), 'another')
      const found = said(opened)
      expect(found).to.have.length(5)
      expect(found.join('\n'))
        .to.match(/of 5 entries .* cannot be believed: nobody whose key is known signed this/)
        .and.match(/of 6 entries .* cannot be believed: the signature .* is not over this text/)
        .and.match(/the checkpoint that was signed on 2026-11-23 cannot be believed: this is no checkpoint/)
        .and.match(/of 10 entries .* is kept as another one/)
        .and.match(/of 11 entries .* is one of another, and no entry says that this ledger was ever called that/)
    }),
  )

  it(
    'follows the key from one to the next',
    on((opened) => {
      const next = signerFrom(ORIGIN, OTHER)
      keep(opened, 40, note(opened, 40))
      useKey(opened, { origin: ORIGIN, vkey: next.vkey, also: { vkey: signer.vkey, until: '2026-12-23T00:00:00Z' } })
      const checkpoint = { origin: ORIGIN, size: 41, root: rootAt(opened, 41) }
      keep(opened, 41, signCheckpoint(checkpoint, [next, signer]))
      expect(verify(opened).checkpoints.own).to.equal(2)
    }),
  )
})

describe('ledger verify after a restore', () => {
  /** Of fifty entries under a checkpoint forty came back, and the ledger got another name. */
  function restored(): { opened: Opened; lost: string } {
    const [opened, longer] = [signed(40), signed(50)]
    const lost = note(opened, 50, signer, rootAt(longer, 50))
    longer.connection.close()
    keep(opened, 40, note(opened, 40))
    const former = { origin: ORIGIN, size: 40, root: rootAt(opened, 40).toString('base64') }
    useKey(opened, { origin: LATER, vkey: signerFrom(LATER, KEY).vkey, former })
    for (let n = 0; n < 20; n++) append(opened)
    keep(opened, 61, note(opened, 61, signerFrom(LATER, KEY)), LATER)
    return { opened, lost }
  }

  it('says that a name was given up also where no checkpoint over what is lost is left', () => {
    const { opened } = restored()
    const { ok, declaredLost } = verify(opened, {})
    expect(ok).to.equal(true)
    expect(declaredLost).to.deep.equal([{ origin: ORIGIN, kept: 40, signed: null, entry: 41 }])
    expect(lostSentence(declaredLost[0]!)).to.contain('the first 40 entries are here')
    opened.connection.close()
  })

  it('says what was declared lost, and finds no fault in it', () => {
    const { opened, lost } = restored()
    const { ok, declaredLost, checkpoints } = verify(opened, { files: [file(lost, '2026-11-22')] })
    expect([ok, checkpoints.own]).to.deep.equal([true, 2])
    expect(declaredLost).to.deep.equal([{ origin: ORIGIN, kept: 40, signed: 50, entry: 41 }])
    opened.connection.close()
  })

  it('still finds what was changed among the entries that stayed', () => {
    const { opened } = restored()
    keep(opened, 39, note(opened, 39, signer, EMPTY_ROOT))
    expect(said(opened)).to.have.length(1)
    expect(said(opened)[0]).to.match(/of 39 entries .* has another root/)
    opened.connection.close()
  })

  it('tells whoever kept a checkpoint elsewhere that entries under it are gone, declared or not', () => {
    const { opened, lost } = restored()
    expect(said(opened, { against: [file(lost)] })).to.deep.equal([
      'the checkpoint of 50 entries that you gave (audit.checkpoint) is over entries that were given up: 41–50 are gone, ' +
        'as entry 41 declares',
    ])
    opened.connection.close()
  })

  it('believes no entry that gives up other entries than those before it', () => {
    const opened = signed(40)
    for (const former of [
      { origin: ORIGIN, size: 39, root: rootAt(opened, 39).toString('base64') },
      { origin: ORIGIN, size: 41, root: EMPTY_ROOT.toString('base64') },
    ])
      useKey(opened, { origin: LATER, vkey: signerFrom(LATER, KEY).vkey, former })
    const message = `it gives up the name ${ORIGIN} with other entries than those before it`
    expect(said(opened)).to.deep.equal([`entry 41: ${message}`, `entry 42: ${message}`])
    append(opened, { kind: 'key', record: { detail: { origin: LATER } } })
    expect(said(opened).at(-1)).to.equal('entry 43: its record does not say which key came into use')
    opened.connection.close()
  })
})

describe('ledger verify against checkpoints that were kept elsewhere', () => {
  it(
    'says that they agree, and holds several at once',
    on((opened) => {
      const against = [5, 17, 40].map((size) => file(note(opened, size), `${size}`))
      expect(verify(opened, { against })).to.deep.include({ ok: true, checkpoints: { own: 0, against: 3 } })
    }),
  )

  it(
    'says that an entry was changed, and between which sizes, as others that were given know',
    on((opened) => {
      const against = [file(note(opened, 17), 'june'), file(note(opened, 30, signer, EMPTY_ROOT), 'july')]
      expect(said(opened, { against })).to.deep.equal([
        'the checkpoint of 30 entries that you gave (july) has another root: an entry at or before 30 was changed, removed ' +
          'or inserted since; entries 1–17 are as the checkpoint of 17 entries that you gave (june) has them: the change is ' +
          'between 18 and 30',
      ])
    }),
  )

  it(
    'says so too where only checkpoints kept here know, and that these may have been signed anew',
    on((opened) => {
      keep(opened, 20, note(opened, 20))
      const against = [file(note(opened, 30, signer, EMPTY_ROOT))]
      expect(said(opened, { against })[0]).to.match(
        /entries 1–20 are as .* 2026-11-23 has them, unless that was signed anew: the change is between 21 and 30$/,
      )
      keep(opened, 35, note(opened, 35))
      expect(said(opened, { against })[0]).to.match(
        /; the checkpoints kept here agree with the change all the same: they were signed anew$/,
      )
    }),
  )

  it(
    'says which entries are gone where the ledger is shorter',
    on((opened) => {
      const against = [file(note(opened, 52, signer, EMPTY_ROOT))]
      expect(said(opened, { against })).to.deep.equal([
        'the checkpoint of 52 entries that you gave (audit.checkpoint) is over more than there are: entries 41–52 are gone',
      ])
    }),
  )

  it(
    'takes a receipt for the checkpoint at its end, and looks at what it proves',
    on((opened) => {
      const { subtrees } = opened.stores.ledger.tree
      const receipt = (index: number, of = index) =>
        file(
          receiptText({ index, proof: inclusionProof(of, 33, subtrees), checkpoint: note(opened, 33) }),
          'r.tlog-proof',
        )
      expect(verify(opened, { against: [receipt(7)] }).checkpoints.against).to.equal(1)
      expect(said(opened, { against: [receipt(7, 8)] })).to.deep.equal([
        'the checkpoint of 33 entries that you gave (r.tlog-proof) agrees, but the receipt around it does not prove entry 8',
      ])
    }),
  )

  it(
    'takes nothing else',
    on((opened) => {
      for (const text of ['', 'x', '{}', note(opened, 5).trimEnd(), note(opened, 5).split('\n\n')[0]!])
        expect(said(opened, { against: [file(text)] })[0], text).to.match(/\(audit\.checkpoint\) cannot be believed/)
    }),
  )
})

describe('ledger verify with a key of one’s own', () => {
  it(
    'trusts it instead of those on the ledger',
    on((opened) => {
      const against = [file(note(opened, 30))]
      expect(verify(opened, { against, keys: [signer.vkey] }).ok).to.equal(true)
      const next = signerFrom(ORIGIN, OTHER)
      useKey(opened, { origin: ORIGIN, vkey: next.vkey })
      const given = { against: [file(note(opened, 30, next))], keys: [signer.vkey] }
      expect(said(opened, given)[0]).to.match(/cannot be believed: nobody whose key is known signed this/)
      expect(verify(opened, { ...given, keys: [next.vkey] }).ok).to.equal(true)
    }),
  )

  it(
    'takes several: of each checkpoint, one that signed it is enough',
    on((opened) => {
      const next = signerFrom(ORIGIN, OTHER)
      useKey(opened, { origin: ORIGIN, vkey: next.vkey })
      const against = [file(note(opened, 30), 'before'), file(note(opened, 41, next), 'after')]
      const keys = [next.vkey, signer.vkey]
      expect(verify(opened, { against, keys })).to.deep.include({ ok: true, checkpoints: { own: 0, against: 2 } })
      expect(said(opened, { against, keys: [next.vkey] })).to.have.length(1)
      expect(said(opened, { against, keys: [next.vkey] })[0]).to.match(
        /\(before\) cannot be believed: nobody whose key/,
      )
    }),
  )

  it(
    'says that a ledger which never named it is another one',
    on((opened) => {
      const { vkey } = signerFrom(ORIGIN, THIRD)
      const message = `no entry names the public key ${vkey} that you gave: this is another ledger, or all of it was written anew`
      expect(said(opened, { keys: [vkey] })).to.deep.equal([message])
      expect(said(opened, { keys: [signer.vkey, vkey] })).to.deep.equal([message])
      expect(() => verify(opened, { keys: ['no key'] })).to.throw(NoteError)
    }),
  )
})
