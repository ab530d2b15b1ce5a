import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { packagePlugin, pluginFiles, releaseOf } from '../../scripts/package-bridge.js'
import { VERSION } from '../../sidecar/version.js'
import { unzip } from '../archive/unzip.js'

const has = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`])
    return true
  } catch {
    return false
  }
}

describe('a plugin’s package', () => {
  for (const plugin of ['local_rocket', 'block_rocket'] as const) {
    describe(plugin, () => {
      it('holds one folder named rocket, with every file of the plugin', () => {
        const files = unzip(packagePlugin(plugin).bytes)
        expect([...files.keys()]).to.deep.equal([...pluginFiles(plugin).keys()].map((path) => `rocket/${path}`))
        for (const [path, content] of pluginFiles(plugin))
          expect(files.get(`rocket/${path}`)!.equals(content)).to.equal(true)
        expect(files.get('rocket/version.php')!.toString()).to.include(`$plugin->component = '${plugin}';`)
        expect([...files.keys()]).to.include(`rocket/lang/en/${plugin}.php`)
      })

      it('holds every script as browsers load it, built from the source beside it', () => {
        const files = unzip(packagePlugin(plugin).bytes)
        const sources = [...files.keys()].filter((path) => path.startsWith('rocket/amd/src/'))
        expect(sources).not.to.deep.equal([])
        for (const source of sources) {
          const built = source.replace('/src/', '/build/').replace(/\.js$/, '.min.js')
          expect([...files.keys()], source).to.include.members([built, `${built}.map`])
          // The map names the text that was built: a source that was changed afterwards is another.
          const { sourcesContent } = JSON.parse(files.get(`${built}.map`)!.toString())
          expect(sourcesContent, source).to.deep.equal([files.get(source)!.toString()])
        }
      })

      it('is the same bytes each time, named by its release', () => {
        const { name, bytes } = packagePlugin(plugin)
        expect(name).to.equal(`${plugin}-${VERSION}.zip`)
        expect(packagePlugin(plugin).bytes.equals(bytes)).to.equal(true)
      })

      it('is a ZIP to others too', function () {
        if (!has('unzip')) this.skip()
        const folder = mkdtempSync(join(tmpdir(), 'rocket-zip-'))
        try {
          writeFileSync(join(folder, 'x.zip'), packagePlugin(plugin).bytes)
          expect(execFileSync('unzip', ['-t', join(folder, 'x.zip')]).toString()).to.include('No errors detected')
        } finally {
          rmSync(folder, { recursive: true })
        }
      })
    })
  }

  it('says what is missing where version.php names no release', () => {
    expect(() => releaseOf(new Map([['version.php', Buffer.from('<?php')]]))).to.throw(/release/)
  })
})
