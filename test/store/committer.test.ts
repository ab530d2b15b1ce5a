import { expect } from 'chai'
import { Committer } from '../../sidecar/store/committer.js'
import { StorageUnavailable } from '../../sidecar/store/database.js'
import { type Opened, open } from './files.js'

describe('Committer', () => {
  let opened: Opened
  let committer: Committer
  /** How many pieces of work went into each transaction. */
  let commits: number[]

  beforeEach(() => {
    opened = open()
    const { writer } = opened.stores
    commits = []
    const writeAll = writer.writeAll.bind(writer)
    writer.writeAll = (works) => {
      commits.push(works.length)
      return writeAll(works)
    }
    committer = new Committer(writer)
  })
  afterEach(() => opened.connection.close())

  const name = (idnumber: string) => () => {
    opened.connection.prepare('INSERT INTO course (idnumber, course) VALUES (?, ?)').run(idnumber, '1')
    return idnumber
  }
  const courses = () => opened.connection.prepare('SELECT idnumber FROM course ORDER BY idnumber').pluck().all()
  const fail = () => {
    throw new Error('no')
  }

  it('lets what arrives together share one commit, in its order', async () => {
    const order: number[] = []
    const works = [1, 2, 3, 4].map((number) => committer.run(() => order.push(number) && number))
    expect(await Promise.all(works)).to.deep.equal([1, 2, 3, 4])
    expect(order).to.deep.equal([1, 2, 3, 4])
    expect(commits).to.deep.equal([4])
  })

  it('answers only once the disk has it', async () => {
    const done = committer.run(name('a'))
    expect(courses()).to.deep.equal([])
    expect(await done).to.equal('a')
    expect(opened.connection.inTransaction).to.equal(false)
    expect(courses()).to.deep.equal(['a'])
  })

  it('rejects alone what throws', async () => {
    const results = await Promise.allSettled([committer.run(name('a')), committer.run(fail), committer.run(name('b'))])
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    expect(courses()).to.deep.equal(['a', 'b'])
    expect(commits).to.deep.equal([3])
  })

  it('rejects all of a commit that failed, and goes on', async () => {
    opened.connection.pragma('query_only = ON')
    const results = await Promise.allSettled([committer.run(name('a')), committer.run(name('b'))])
    for (const result of results) {
      expect(result).to.have.property('reason').that.is.instanceOf(StorageUnavailable)
    }
    opened.connection.pragma('query_only = OFF')
    expect(await committer.run(name('c'))).to.equal('c')
    expect(courses()).to.deep.equal(['c'])
  })

  it('does not make one transaction too heavy, yet takes whatever is heavy alone', async () => {
    const sent = [1_000, 1_000, 10, 10].map((weight, index) => committer.run(name(`${index}`), weight))
    await Promise.all(sent)
    expect(commits).to.deep.equal([1, 1, 2])
    expect(courses()).to.have.length(4)
  })

  it('takes what arrives while it works', async () => {
    const late = committer.run(() => committer.run(name('later')))
    expect(await late).to.equal('later')
    expect(commits).to.deep.equal([1, 1])
  })
})
