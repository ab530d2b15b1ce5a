import { expect } from 'chai'
import { CHECKS } from '../../sidecar/domain/check.js'
import { DATA_KEYS } from '../../sidecar/domain/learning-event.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { codesIn, firstColumn, page, tableOf } from './pages.js'

describe('data-protection.md', () => {
  const text = page('data-protection.md')
  const defaults = readConfiguration(new Map([['rocket.yaml', '']])).configuration!.settings

  it('names data as it is sent, with everything in it that was made to tell who is who or what is alike', () => {
    const named = firstColumn(tableOf(text, 'data'))
    expect(named.filter((key) => !(DATA_KEYS as readonly string[]).includes(key))).to.deep.equal([])
    const telling = DATA_KEYS.filter((key) => /_hash$|^(similarity|screen|reply_to)$/.test(key))
    expect(named).to.include.members([...telling, 'rapid_items', 'words', 'files', 'seconds_since_last'])
  })

  it('says how long things are kept as the reader does', () => {
    for (const [, kept = ''] of tableOf(text, 'what | how long')) {
      const [key = ''] = codesIn(kept)
      if (!key.startsWith('retention.')) continue
      const days = defaults.retention[key.slice('retention.'.length) as keyof typeof defaults.retention]
      expect(kept).to.match(new RegExp(`^\`${key}\`, ${days} days`))
    }
    expect(text).to.include('two weeks, unless your institution says otherwise')
    expect(defaults.review.releaseAfter).to.equal(14 * 86_400_000)
  })

  it('promises what is so: a second opinion is off, and no check but the floors acts before it is switched on', () => {
    expect(defaults.secondOpinion).to.equal(null)
    for (const [id, { kind, state }] of Object.entries(CHECKS)) {
      expect(state === 'shadow', id).to.equal(kind !== 'floor')
    }
  })
})
