// Streams beside the person's own, and the two that every dossier carries whole: none can be left out, and none told of that nobody looked for.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalJson, type RecordedEvent, statementKeyName } from '@consent-ledger/domain'
import { generateKey, parseSkey } from '@consent-ledger/tlog'
import { buildDossier } from '../src/dossier/build.ts'
import type { DossierReport } from '../src/dossier/report.ts'
import { deviceId, dossierOf, origin, reachedOpening, worldOf } from './dossierGiven.ts'
import { catalogue, day, sha256, start, stream } from './given.ts'
import { accepts, editJson, errorsOf, lie, rejects, textOf, utf8, warningsOf, type Forged } from './verifyGiven.ts'
import { verifyDossier } from '../src/verify/verify.ts'
import { ledgerOf, told } from './verifyWorld.ts'

const anna = await dossierOf()
const trusted = { logKeys: anna.vkeys }
const drop = (folder: string) => (files: Forged) => {
  for (const path of files.keys()) if (path.startsWith(folder)) files.delete(path)
}

describe('a device that the identifiers reached', () => {
  test('is carried, or counted as one of which nothing is published', async () => {
    const { input, vkeys } = await worldOf()
    const zip = buildDossier({ ...input, otherStreams: [] })
    await accepts(zip, { logKeys: vkeys })
    assert.deepEqual((await verifyDossier(zip, { logKeys: vkeys })).facts?.others, [
      { count: 1, reason: 'account' },
      { count: 1, reason: 'device-unpublished' },
    ])
  })
  test('cannot be left out of what is signed', async () => {
    const zip = await lie(anna, drop(`streams/subject-${deviceId}/`), {
      said: (before) => ({ ...before, streams: before.streams.slice(0, 1) }),
    })
    await rejects(zip, trusted, 'REACH_DISAGREES')
  })
  test('cannot be left out of the count either, which the issue has sealed', async () => {
    const fewer = (said: { devices: number; accounts: number }) =>
      lie(anna, () => undefined, { said: (before) => ({ ...before, reached: said }) })
    await rejects(await fewer({ devices: 0, accounts: 1 }), trusted, 'REACH_DISAGREES')
    await rejects(await fewer({ devices: 1, accounts: 0 }), trusted, 'REACH_DISAGREES')
    const another = await lie(anna, (files) =>
      files.set('reached.json', utf8(canonicalJson(reachedOpening({ devices: ['0'.repeat(32)], accounts: 1 })))),
    )
    await rejects(another, trusted, 'REACH_DISAGREES')
  })
  test('is counted alike by statement, report and issue', async () => {
    const opening = (accounts: number) => (files: Forged) =>
      void files.set('reached.json', utf8(canonicalJson(reachedOpening({ devices: [deviceId], accounts }))))
    const reached = { devices: 1, accounts: 2 }
    await rejects(await lie(anna, opening(2), { said: (before) => ({ ...before, reached }) }), trusted, 'REACH_DISAGREES')
    await rejects(await lie(anna, opening(2)), trusted, 'REACH_DISAGREES')
  })
  test('is told by an opening that opens', async () => {
    const forged = await lie(anna, (files) =>
      editJson(files, 'reached.json', (opening: { commitment: string }) => {
        opening.commitment = sha256('another')
      }),
    )
    await rejects(forged, trusted, 'REACH_DISAGREES')
  })
  test('cannot be told of where nobody looked', async () => {
    const closed = await dossierOf({ closed: true })
    const zip = await lie(closed, (files) => files.set('reached.json', utf8(textOf(files, 'report.json'))))
    await rejects(zip, { logKeys: closed.vkeys }, 'REACH_DISAGREES')
  })
})

test('that nobody looked cannot be told while identifiers are open', async () => {
  const { input, vkeys } = await worldOf()
  const unknown = { otherStreams: [], otherSubjects: null, reached: null }
  await rejects(buildDossier({ ...input, ...unknown }), { logKeys: vkeys }, 'REACH_DISAGREES')
})

test('that there are no others cannot be told while identifiers are closed', async () => {
  const { input, vkeys } = await worldOf({ closed: true })
  const looked = { otherSubjects: { device: 0, account: 0 }, reached: reachedOpening({ devices: [], accounts: 0 }) }
  await rejects(buildDossier({ ...input, ...looked }), { logKeys: vkeys }, 'REACH_UNFOUNDED')
})

test('what is said to be destroyed is the word of the issuer, and told to be', async () => {
  const { input, vkeys } = await worldOf({ closed: true })
  const destroyed = new Map(
    [...input.opened].map(([id, { identifiers, fields }]) => [
      id,
      {
        fields,
        identifiers: identifiers.map(({ scheme, kind, eventId, commitment }) => ({
          status: 'destroyed' as const,
          scheme,
          kind,
          eventId,
          commitment,
        })),
      },
    ]),
  )
  const verdict = await accepts(buildDossier({ ...input, opened: destroyed }), { logKeys: vkeys })
  assert.ok(warningsOf(verdict).includes('DESTROYED_BY_WORD'))
  assert.ok(!warningsOf(await accepts(anna.zip, trusted)).includes('DESTROYED_BY_WORD'))
})

describe('the catalogue', () => {
  const yes = stream({ type: 'ConsentGiven', at: 0 })
  const usual = [...catalogue().history]
  /** Published again behind the usual catalogue, with these words in place of the first. */
  const again = async (type: string, change: RecordedEvent['data']) => {
    const found = usual.find((event) => event.type === type) ?? assert.fail()
    const second = {
      ...found,
      id: '00000000-0000-4000-8000-0000000bbbbb',
      revision: BigInt(usual.length),
      data: { ...found.data, ...change },
      metadata: { ...found.metadata, recordedAt: new Date(start - day + 1000).toISOString() },
    }
    return told({ own: yes, catalogueEvents: [...usual, second] })
  }
  test('is carried whole: neither its last event nor one in the middle can be left out', async () => {
    await rejects(await lie(anna, drop('catalogue/4/')), trusted, 'STREAM_SHORT')
    const middle = await lie(anna, drop('catalogue/1/'))
    await rejects(middle, trusted, 'STREAM_GAP')
    const shorter = await lie(anna, () => undefined, {
      said: (before) => ({ ...before, catalogue: { ...before.catalogue, lastRevision: 3n } }),
    })
    await rejects(shorter, trusted, 'STREAM_UNSTATED')
  })
  test('publishes one text of a version', async () => {
    const text = 'Je reçois tout, et 300 partenaires aussi.'
    const { zip, logKeys, keys } = await again('NoticePublished', { text, sha256: sha256(text) })
    assert.ok(errorsOf(await verifyDossier(zip, { logKeys })).includes('CATALOGUE_CONTRADICTED'))
    const swapped = await lie({ zip, keys }, (files) => files.set('notice/news-form-v1-fr.txt', utf8(text)))
    assert.ok(errorsOf(await verifyDossier(swapped, { logKeys })).includes('CATALOGUE_CONTRADICTED'))
  })
  test('publishes one purpose of a version, and may add a language to it', async () => {
    const other = await again('PurposePublished', { retention: 'P30Y' })
    await rejects(other.zip, { logKeys: other.logKeys }, 'CATALOGUE_CONTRADICTED')
    const text = {
      fr: { title: 'Offres', description: 'Nos offres par e-mail' },
      en: { title: 'Offers', description: 'Our offers by e-mail' },
    }
    const more = await again('PurposePublished', { text: { ...text, de: { title: 'Angebote', description: 'Angebote per E-Mail' } } })
    await accepts(more.zip, { logKeys: more.logKeys })
    const changed = await again('PurposePublished', { text: { ...text, fr: { title: 'Tout', description: 'Tout, pour toujours' } } })
    await rejects(changed.zip, { logKeys: changed.logKeys }, 'CATALOGUE_CONTRADICTED')
  })
  test('has the purpose to which a report is narrowed', async () => {
    const { zip, logKeys } = await told({ own: yes, issued: { purpose: 'news' } })
    await accepts(zip, { logKeys })
    const other = await lie(anna, (files) =>
      editJson(files, 'report.json', ({ proof }: DossierReport) => {
        proof.about.purpose = 'nosuch'
      }),
    )
    await rejects(other, trusted, 'NARROWING_UNKNOWN')
  })
})

describe('the stream of the ledger', () => {
  test('is carried whole, so that no key is kept from its end', async () => {
    await rejects(await lie(anna, drop('keys/0/')), trusted, 'STREAM_GAP')
    const { zip, keys, vkeys } = await dossierOf({ rotated: true })
    const without = await lie({ zip, keys }, drop('keys/3/'))
    assert.ok(errorsOf(await verifyDossier(without, { logKeys: vkeys })).includes('STREAM_SHORT'))
  })
  test('names the newest key of statements, and no older one signs', async () => {
    const own = stream({ type: 'ConsentGiven', at: 0 })
    const newer = parseSkey(generateKey(statementKeyName(origin)).skey)
    const { zip, keys, logKeys } = await told({
      own,
      ledger: (given) => ledgerOf(given, { type: 'StatementKeyIntroduced', data: { vkey: newer.vkey } }),
      change: { statementSigner: newer },
    })
    await accepts(zip, { logKeys })
    await rejects(await lie({ zip, keys }, () => undefined), { logKeys }, 'STATEMENT_KEY_UNKNOWN')
  })
})
