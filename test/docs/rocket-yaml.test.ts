import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../sidecar/config.js'
import { JOBS } from '../../sidecar/jobs.js'
import { LOG_LEVELS } from '../../sidecar/log.js'
import { DEFAULT_BLACKLIST } from '../../sidecar/rules/blacklist.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { ROOT } from '../../sidecar/version.js'
import { allowedKeys, blocksOf, codesIn, firstColumn, page, tableOf } from './pages.js'

describe('rocket-yaml.md', () => {
  const text = page('rocket-yaml.md')

  it('describes every key of the file, and no other', () => {
    const keys = allowedKeys('rocket.yaml', 'zzz: 1')
    expect(firstColumn(tableOf(text, 'key'))).to.deep.equal(keys)
  })

  it('shows every key in its first block', () => {
    const shown = [...(blocksOf(text)[0]?.text ?? '').matchAll(/^([a-z_]+):/gm)].map(({ 1: key }) => key)
    expect(shown).to.deep.equal(allowedKeys('rocket.yaml', 'zzz: 1'))
  })

  it('has every job with what it does and when', () => {
    expect(tableOf(text, 'job')).to.deep.equal(
      Object.entries(JOBS).map(([name, { summary, cron }]) => [`\`${name}\``, summary, `\`${cron}\``]),
    )
  })

  it('says the defaults that the reader takes', () => {
    const { settings } = readConfiguration(new Map([['rocket.yaml', '']])).configuration!
    const said = new Map(tableOf(text, 'key').map(([key, , without]) => [codesIn(key)[0], without]))
    expect(said.get('source')).to.equal(`\`${settings.source}\``)
    expect(said.get('timezone')).to.match(new RegExp(`^\`${settings.timezone}\``))
    expect(said.get('week_starts')).to.equal('`monday`')
    expect(settings.weekStarts).to.equal(1)
    const { events, decisions, backups } = settings.retention
    expect(said.get('retention')).to.equal(`\`${events}d\`, \`${decisions}d\` and \`${backups}d\``)
    expect(said.get('review')).to.equal(`\`${settings.review.releaseAfter / 86_400_000}d\``)
    expect(settings.secondOpinion).to.equal(null)
  })

  it('has every criterion of the blacklist', () => {
    const keys = allowedKeys('rocket.yaml', 'blacklist: [{ zzz: 1 }]')
    const own = ['id', 'outcome', 'because']
    expect(firstColumn(tableOf(text, 'key | fits'))).to.deep.equal(keys.filter((key) => !own.includes(key)))
  })

  it('shows the blacklist that is in force without the key', () => {
    const shown = /one entry is in force, `(\{[^`]+\})`/.exec(text)?.[1]
    const { configuration } = readConfiguration(new Map([['rocket.yaml', `blacklist: [${shown}]`]]))
    expect(configuration?.settings.blacklist).to.deep.equal(DEFAULT_BLACKLIST)
  })

  it('has every environment variable that the code reads, with its default', () => {
    const source = readFileSync(join(ROOT, 'sidecar', 'config.ts'), 'utf8')
    const rows = tableOf(text, 'variable')
    expect(firstColumn(rows).sort()).to.deep.equal([...new Set(source.match(/ROCKET_[A-Z_]+/g))].sort())

    const said = new Map(rows.map(([name, without]) => [codesIn(name)[0], codesIn(without)[0]]))
    const config = readConfig({}, ROOT)
    expect(said.get('ROCKET_HOST')).to.equal(config.host)
    expect(said.get('ROCKET_PORT')).to.equal(String(config.port))
    expect(said.get('ROCKET_LOG')).to.equal(config.logLevel)
    expect(said.get('ROCKET_HOME')).to.equal('./data')
    for (const level of LOG_LEVELS) expect(text).to.include(`\`${level}\``)
  })
})
