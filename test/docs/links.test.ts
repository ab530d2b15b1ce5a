/** Links from one page to another lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../../sidecar/version.js'

const DOCS = join(ROOT, 'sidecar', 'docs')

/** Of headings as GitHub makes them (in lower case, without punctuation, with hyphens for spaces), and those written out. */
const anchorsOf = (text: string): string[] => [
  ...[...text.matchAll(/^#+ (.+)$/gm)].map(({ 1: heading = '' }) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  ),
  ...[...text.matchAll(/<a id="([^"]+)">/g)].map(({ 1: id = '' }) => id),
]

describe('the links of the docs', () => {
  for (const name of readdirSync(DOCS).filter((file) => file.endsWith('.md'))) {
    it(`in ${name} lead to a file and a heading in it`, () => {
      const text = readFileSync(join(DOCS, name), 'utf8').replace(/^```.*?^```$/gms, '')
      const lost = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(
        ({ 1: path = '', 2: anchor }) => {
          const target = path === '' ? join(DOCS, name) : resolve(DOCS, path)
          if (!existsSync(target)) return true
          return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
        },
      )
      expect(lost.map(([link]) => link)).to.deep.equal([])
    })
  }
})
