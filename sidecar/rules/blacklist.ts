/** `blacklist` of rocket.yaml: activity that never earns, or that a person looks at first. */
import type { BlacklistEntry } from '../domain/configuration.js'
import type { Text } from '../domain/rule.js'
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'
import { fieldsOf } from './fields.js'
import { Ids } from './ids.js'
import { learnerId, subject } from './learner-id.js'
import { eventName } from './names.js'
import { course } from './requires.js'
import { readText } from './text.js'
import { listOf, oneOf, type Reader, whole, word, wordLike } from './values.js'

/** Where the institution says nothing: what a course restored from a backup brings along was earned long ago, or never. */
export const DEFAULT_BLACKLIST: readonly BlacklistEntry[] = [
  {
    id: 'restored',
    ...{ users: [], subjects: [], cohorts: [], roles: [], addresses: [], patterns: [] },
    ...{ events: [], objects: [], courses: [], origins: ['restore'], minimumWords: null, minimumSeconds: null },
    outcome: 'not_qualifying',
    because: null,
  },
]

const CRITERIA = [
  ...['users', 'subjects', 'cohorts', 'roles', 'address_ranges', 'patterns'],
  ...['events', 'objects', 'courses', 'origins', 'minimum_words', 'minimum_seconds'],
]

/** @param declared the `custom.*` names of rocket.yaml; null: they cannot be read, and nobody is blamed. */
export function blacklistOf(declared: readonly string[] | null): Reader<readonly BlacklistEntry[]> {
  const ids = new Ids('blacklist entry', 'blacklist')
  return listOf((at) => readEntry(at, ids, declared), { empty: 'allowed' })
}

function readEntry(at: Cursor, ids: Ids, declared: readonly string[] | null): BlacklistEntry | null {
  const fields = fieldsOf(at, 'a blacklist entry', ['id', ...CRITERIA, 'outcome', 'because'])
  if (!fields) return null
  const list = <T>(key: string, reader: Reader<T>): readonly T[] => fields.read(key, listOf(reader)) ?? []
  const id = ids.claim(fields)
  const entry = {
    users: list('users', learnerId),
    subjects: list('subjects', subject),
    cohorts: list('cohorts', word),
    roles: list('roles', role),
    addresses: list('address_ranges', addressRange),
    patterns: list('patterns', word),
    events: list('events', eventName(declared)),
    objects: list('objects', object),
    courses: list('courses', course),
    origins: list('origins', origin),
    minimumWords: fields.read('minimum_words', whole(1, 10_000)),
    minimumSeconds: fields.read('minimum_seconds', whole(1, 86_400)),
    outcome: fields.read('outcome', oneOf(['not_qualifying', 'hold'])) ?? ('not_qualifying' as const),
    because: fields.read('because', phrase),
  }
  if (!CRITERIA.some((key) => fields.has(key))) {
    return at.fail(`this would fit everything that anybody does; say what is meant by one of ${CRITERIA.join(', ')}`)
  }
  return id === null ? null : { id, ...entry }
}

/** It ends a sentence of Rocket's, which has a full stop of its own. */
function phrase(at: Cursor): Text | null {
  const written = readText(at)
  if (written === null || typeof written === 'string') return written && ended(written)
  return Object.fromEntries(Object.entries(written).map(([language, one]) => [language, ended(one)]))
}

const ended = (text: string): string => text.trim().replace(/[.。]+$/, '')

const role = wordLike(/^[A-Za-z0-9_-]{1,100}$/, 'the short name of a role such as editingteacher')

const object = wordLike(
  /^(?:activity:[a-z][a-z0-9_]*|(?!activity:)[a-z][a-z0-9_]*):[0-9]+$/,
  'an activity such as activity:quiz:123 or an object such as forum_posts:31',
)

const ORIGINS = ['web', 'ws', 'cli', 'restore', 'sweep', 'backfill', 'facts']

function origin(at: Cursor): string | null {
  const written = word(at)
  if (written !== null && !ORIGINS.includes(written)) {
    const close = didYouMean(written, ORIGINS)
    at.warn(`Moodle sends no origin ${quote(written)}${close} It sends ${ORIGINS.join(', ')}`)
  }
  return written
}

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)

/** An address or a range of them, in the forms that Moodle understands. */
const addressRange = wordLike(
  {
    test: (written) => {
      const [address = '', bits = '0', ...rest] = written.split('/')
      const most = IPV4.test(address) ? 32 : isIpv6(address) ? 128 : -1
      return rest.length === 0 && /^(?:0|[1-9][0-9]{0,2})$/.test(bits) && Number(bits) <= most
    },
  },
  'an address or a range of them such as 192.0.2.0/24 or 2001:db8::/32',
)

const isIpv6 = (address: string): boolean => /^[0-9a-f:]+$/i.test(address) && URL.canParse(`http://[${address}]/`)
