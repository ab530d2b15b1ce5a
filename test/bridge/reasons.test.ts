/** Every reason has its sentence in Moodle's language file, where it can be translated, and no sentence is left over. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { reasonCodes } from '../../sidecar/domain/reason.js'
import { BRIDGE } from './php.js'

const strings = readFileSync(join(BRIDGE, 'local_rocket/lang/en/local_rocket.php'), 'utf8')
const named = [...strings.matchAll(/^\$string\['reason_(\w+)'\]/gm)].map(([, name]) => name!)
/** A reason may have a second sentence, for what never comes again or was capped besides. */
const codeOf = (name: string): string => name.replace(/_(over|capped)$/, '')

describe('the language file of the bridge', () => {
  it('has a sentence for every reason, and no other', () => {
    expect(reasonCodes).to.include('granted')
    expect([...new Set(named.map(codeOf))].sort()).to.deep.equal([...reasonCodes].sort())
  })

  it('has the usual sentence wherever it has a second one', () => {
    expect(named).to.include.members(named.map(codeOf))
  })
})
