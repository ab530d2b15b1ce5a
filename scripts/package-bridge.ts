/** Makes the two ZIP files that Moodle installs: `npm run package:bridge`. The same sources give the same bytes. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zip } from '../sidecar/archive/zip.js'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Each plugin, and the folder that Moodle unpacks it to. */
export const PLUGINS = { local_rocket: 'local/rocket', block_rocket: 'blocks/rocket' } as const
export type Plugin = keyof typeof PLUGINS

/** The files of a plugin by their path inside it, sorted. */
export function pluginFiles(plugin: Plugin): Map<string, Buffer> {
  const folder = join(ROOT, 'moodle-bridge', plugin)
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path))]))
}

/** Reads `$plugin->release` of version.php. @throws where there is none. */
export function releaseOf(files: ReadonlyMap<string, Buffer>): string {
  const release = /\$plugin->release = '([^']+)';/.exec(files.get('version.php')?.toString() ?? '')?.[1]
  if (release === undefined) throw new Error('version.php says no release: add $plugin->release.')
  return release
}

/** The ZIP of a plugin: one folder named `rocket`, as Moodle wants it. */
export function packagePlugin(plugin: Plugin): { name: string; bytes: Buffer } {
  const files = pluginFiles(plugin)
  const inside = [...files].map(([path, content]) => [`rocket/${path}`, content] as const)
  return { name: `${plugin}-${releaseOf(files)}.zip`, bytes: zip(new Map(inside)) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(ROOT, 'build')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const plugin of Object.keys(PLUGINS) as Plugin[]) {
    const { name, bytes } = packagePlugin(plugin)
    writeFileSync(join(folder, name), bytes)
    console.log(`build/${name}  ${Math.ceil(bytes.length / 1024)} KiB`)
  }
  console.log('Install both in Moodle: Site administration, Plugins, Install plugins; local_rocket first.')
}
