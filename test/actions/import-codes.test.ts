import { expect } from 'chai'
import { withdrawCodes } from '../../sidecar/actions/import-codes.js'
import { APPROVED, inShop, refusal, type Shop } from './shop.js'

const REWARDS = `
rewards:
  - { id: cinema, title: A cinema ticket, cost: 1, delivery: codes, ${APPROVED} }
  - { id: books, title: A book token, cost: 1, delivery: codes, ${APPROVED} }
  - { id: tea, title: A tea, cost: 1, ${APPROVED} }
`
const ALL = 'code,expires\nAAA,2027-01-31\nBBB,2026-12-01\nCCC,\n'
const [batches, withdrawals] = ['codes imported', 'codes withdrawn']
const administrations = ({ stores }: Shop, what: string) =>
  stores.ledger.administrations().filter(({ reason }) => reason === what)

const importRefusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (thrown: Error) => thrown,
  )
  return refusal(() => {
    throw error
  }).message
}

describe('codes that are imported', () => {
  it(
    'are handed out soonest to lapse first, never one that has lapsed',
    inShop(REWARDS, async (shop) => {
      shop.give(10)
      expect(await shop.importCodes('cinema', ALL)).to.include({ taken: 3 })
      const codeOf = () => shop.stores.codes.codeOf(shop.get(shop.redeem('cinema', 1).redemption_id).seq)?.code
      expect(codeOf()).to.equal('BBB')
      shop.clock.now = Date.parse('2027-02-01T09:00:00Z')
      expect(codeOf()).to.equal('CCC')
      expect(refusal(codeOf).locked).to.deep.equal(['out_of_stock'])
    }),
  )

  it(
    'stand on the ledger as a file and a number, and nowhere as what they are',
    inShop(REWARDS, async (shop) => {
      await shop.importCodes('cinema', 'code\nSECRET-1\nSECRET-2\n')
      const [{ detail } = { detail: {} }] = administrations(shop, batches)
      expect(detail).to.include({ reward: 'cinema', file: 'codes.csv', codes: 2 })
      expect(detail)
        .to.have.property('sha256')
        .that.matches(/^[0-9a-f]{64}$/)
      expect(shop.opened.connection.serialize().includes('SECRET-')).to.equal(false)
    }),
  )

  it(
    'are refused by their line where any pool knows them, and the others are taken',
    inShop(REWARDS, async (shop) => {
      await shop.importCodes('cinema', ALL)
      const again = await shop.importCodes('books', 'code\nDDD\nBBB\nDDD\n')
      expect(again.taken).to.equal(1)
      expect(again.refused).to.deep.equal([
        { line: 3, message: 'this code is known already, in the pool of cinema' },
        { line: 4, message: 'this code stands in line 2 already' },
      ])
      expect((await shop.importCodes('cinema', ALL)).batch).to.equal(null)
      expect(administrations(shop, batches)).to.have.length(2)
    }),
  )

  it(
    'are known again though they were handed out, faulty or withdrawn',
    inShop(REWARDS, async (shop) => {
      shop.give(10)
      const { batch } = await shop.importCodes('cinema', 'AAA\nBBB\nCCC')
      const { seq } = shop.get(shop.redeem('cinema', 1).redemption_id)
      shop.at(({ stores }) => stores.codes.markFaulty(seq))
      shop.redeem('cinema', 1)
      expect(shop.at((moment) => withdrawCodes(moment, batch!, 'it'))).to.equal(1)
      expect((await shop.importCodes('books', 'AAA\nBBB\nCCC')).refused).to.have.length(3)
      const [state] = shop.stores.codes.batches()
      expect(state).to.include({ available: 0, handed_out: 1, withdrawn: 1, faulty: 1 })
      expect(state?.faulty_lines).to.deep.equal([2])
    }),
  )

  it(
    'are read as a spreadsheet writes them',
    inShop(REWARDS, async (shop) => {
      const csv = '\uFEFF"Expires","Code"\r\n"2027-01-31"," A ""1"" "\r\n\r\n,"B,2"\r\n'
      expect(await shop.importCodes('cinema', csv)).to.include({ taken: 2 })
      expect(shop.stores.codes.poolOf('A "1"')).to.equal('cinema')
      expect(shop.stores.codes.poolOf('B,2')).to.equal('cinema')
      // Half of Europe's spreadsheets separate by semicolons.
      expect(await shop.importCodes('cinema', 'Code;Expires\r\nG1;2026-12-31\r\nG2;\r\n')).to.include({ taken: 2 })
      expect(await shop.importCodes('cinema', 'expires\tcode\n\tH1\n')).to.include({ taken: 1 })
      expect(['G1', 'G2', 'H1'].map((code) => shop.stores.codes.poolOf(code))).to.deep.equal(Array(3).fill('cinema'))
    }),
  )

  it(
    'are refused where they are none, each with its line and no code in the message',
    inShop(REWARDS, async (shop) => {
      const text = `code,expires\n,2027-01-31\nAAA,31/01/2027\nBBB,2026-11-22\n${'x'.repeat(256)},\nGOOD,2026-11-23\n`
      const { taken, refused } = await shop.importCodes('cinema', text)
      expect(taken).to.equal(1)
      expect(refused.map(({ line }) => line)).to.deep.equal([2, 3, 4, 5])
      expect(refused.map(({ message }) => message).join()).to.not.match(/AAA|BBB|xxx/)
    }),
  )

  it(
    'need a pool, and columns with names',
    inShop(REWARDS, async (shop) => {
      expect(await importRefusal(shop.importCodes('tea', 'A'))).to.include('delivery: codes')
      expect(await importRefusal(shop.importCodes('none', 'A'))).to.include('no such reward')
      expect(await importRefusal(shop.importCodes('cinema', 'A,2027-01-31\n'))).to.include('must name the columns')
      const broken = await importRefusal(shop.importCodes('cinema', 'code\nAB"CD-SECRET\n'))
      expect(broken).to.include('no CSV').and.to.include('line 2').and.to.not.include('AB')
      // A heading in other words is not handed out as a code.
      expect(await importRefusal(shop.importCodes('cinema', 'Voucher;\nABC-1;\n'))).to.include('must name the columns')
      expect(await importRefusal(shop.importCodes('cinema', 'code,pin\nA,1234\n'))).to.include(
        'No column is called pin',
      )
      expect(await importRefusal(shop.importCodes('cinema', 'A;2027-01-31\n'))).to.include('must name the columns')
      expect(await importRefusal(shop.importCodes('cinema', 'code\n\n'))).to.include('no codes')
    }),
  )

  it(
    'are only counted by a dry run',
    inShop(REWARDS, async (shop) => {
      const { seq } = shop.stores.ledger.head()
      expect(await shop.importCodes('cinema', ALL, true)).to.deep.equal({ batch: null, taken: 3, refused: [] })
      expect(shop.stores.codes.batches()).to.deep.equal([])
      expect(shop.stores.ledger.head().seq).to.equal(seq)
    }),
  )

  it(
    'come in steps, and go on where they were interrupted',
    inShop(REWARDS, async (shop) => {
      const many = `code\n${Array.from({ length: 600 }, (_, index) => `c-${index}`).join('\n')}`
      const { writer } = shop.stores
      const write = writer.write.bind(writer)
      let steps = 0
      writer.write = (work) => {
        if (++steps === 2) throw new Error('the power went')
        return write(work)
      }
      await shop.importCodes('cinema', many).catch(() => undefined)
      writer.write = write
      const first = shop.stores.codes.available('cinema', '2026-11-23')
      expect(first).to.be.within(1, 599)
      const { taken, refused } = await shop.importCodes('cinema', many)
      expect([taken, refused.length]).to.deep.equal([600 - first, first])
    }),
  )
})

describe('a batch of codes', () => {
  it(
    'is withdrawn as far as it is not handed out, and that stands on the ledger once',
    inShop(REWARDS, async (shop) => {
      shop.give(10)
      const { batch } = await shop.importCodes('cinema', 'AAA\nBBB\nCCC')
      const held = shop.get(shop.redeem('cinema', 1).redemption_id)
      const withdraw = () => shop.at((moment) => withdrawCodes(moment, batch!, 'it'))
      expect([withdraw(), withdraw()]).to.deep.equal([2, 0])
      expect(administrations(shop, withdrawals)).to.have.length(1)
      expect(shop.stores.codes.codeOf(held.seq)?.code).to.equal('AAA')
      expect(refusal(() => shop.redeem('cinema', 1)).locked).to.deep.equal(['out_of_stock'])
      expect(refusal(() => shop.at((moment) => withdrawCodes(moment, 'batch_0', 'it'))).message).to.include(
        'codes list',
      )
    }),
  )
})
