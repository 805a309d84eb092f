// Where hashes lie: paths, widths, and which tiles a growing tree adds. C2SP tlog-tiles.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  consistencyProof,
  entriesPath,
  type HashReader,
  inclusionProof,
  newTiles,
  parseTilePath,
  type Tile,
  tileIn,
  tilePath,
  tileRoot,
  tilesOf,
  TlogError,
  treeRoot,
} from '../src/index.ts'
import { naiveTree, sparseTree } from './naive.ts'
import { naiveReader, naiveTile } from './naiveTiles.ts'

const index = fc.bigInt({ min: 0n, max: 1n << 50n })
const tile: fc.Arbitrary<Tile> = fc.record(
  { level: fc.integer({ min: 0, max: 63 }), index, width: fc.integer({ min: 1, max: 256 }) },
  { noNullPrototype: true },
)

describe('the tree of 70,000 leaves', () => {
  it('has 273 full tiles and one of 112, above them one full and one of 17, above them one of 1', () => {
    assert.deepEqual(tilesOf(70_000n), [
      { level: 0, full: 273n, partial: 112 },
      { level: 1, full: 1n, partial: 17 },
      { level: 2, full: 0n, partial: 1 },
    ])
    const paths = newTiles(0n, 70_000n).map(tilePath)
    assert.equal(paths.length, 277)
    assert.deepEqual(paths.slice(272), ['tile/0/272', 'tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1'])
  })

  it('is the same by its tiles and by its definition', async () => {
    const entries = Array.from({ length: 70_000 }, (_, n) => Buffer.from(String(n)))
    const tree = naiveTree(entries)
    assert.deepEqual(await treeRoot(naiveReader(tree), 70_000n), tree(0n, 70_000n))
  })
})

describe('a path', () => {
  it('has three digits in each part, and an x but in the last', () => {
    assert.equal(tilePath({ level: 0, index: 1_234_067n, width: 256 }), 'tile/0/x001/x234/067')
    assert.equal(tilePath({ level: 0, index: 1_067n, width: 3 }), 'tile/0/x001/067.p/3')
    assert.equal(tilePath({ level: 7, index: 0n, width: 255 }), 'tile/7/000.p/255')
    assert.equal(tilePath({ level: 0, index: 1_000_000n, width: 256 }), 'tile/0/x001/x000/000')
    assert.equal(entriesPath({ index: 1_067n, width: 3 }), 'tile/entries/x001/067.p/3')
  })

  it('leads back to its tile or bundle', () => {
    fc.assert(fc.property(tile, (tile) => assert.deepEqual(parseTilePath(tilePath(tile)), { tile })))
    fc.assert(
      fc.property(tile, ({ index, width }) =>
        assert.deepEqual(parseTilePath(entriesPath({ index, width })), { entries: { index, width } }),
      ),
    )
  })

  for (const path of [
    'tile/0/0',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001',
    'tile/00/001',
    'tile/64/001',
    'tile/-1/001',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/0/001.p/',
    'tile/0/001.p',
    'tile/0/001/',
    '/tile/0/001',
    'tile/0/001\n',
    'tile/0/٠٠١',
    'tile/entries/1',
    'tile/entries/../0/001',
    'tile/0/../../state.json',
    'checkpoint',
    '',
  ])
    it(`is none of ours: ${JSON.stringify(path)}`, () => assert.equal(parseTilePath(path), null))

  it('is taken in one spelling only', () => {
    const spelling = fc.array(fc.constantFrom('tile/', 'entries/', 'x', '/', '.p/', '0', '1', '12', '123', '000', '255', '256', '.', ' '), {
      maxLength: 9,
    })
    fc.assert(
      fc.property(spelling, (parts) => {
        const path = parts.join('')
        const parsed = parseTilePath(path)
        if (parsed !== null) assert.equal('tile' in parsed ? tilePath(parsed.tile) : entriesPath(parsed.entries), path)
      }),
      { numRuns: 5000 },
    )
  })
})

/** Every tile of a tree by name, from the widths of C2SP: floor(s / 256^l) hashes on level l. */
const allTiles = (size: bigint): string[] => {
  const names: string[] = []
  for (let level = 0, hashes = size; hashes > 0n; level++, hashes /= 256n)
    for (let index = 0n; index * 256n < hashes; index++)
      names.push(tilePath({ level, index, width: Number(hashes - index * 256n > 256n ? 256n : hashes - index * 256n) }))
  return names
}

describe('a tree that grows', () => {
  it('adds the tiles that the smaller one has not', () => {
    const sizes = fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 3000 }))
    fc.assert(
      fc.property(sizes, ([old, more]) => {
        const [from, to] = [BigInt(old), BigInt(old + more)]
        const before = new Set(allTiles(from))
        assert.deepEqual(
          newTiles(from, to).map(tilePath),
          allTiles(to).filter((path) => !before.has(path)),
        )
      }),
    )
  })

  it('adds but a few where it is large', () => {
    const size = 1n << 40n
    assert.deepEqual(newTiles(size, size).map(tilePath), [])
    assert.deepEqual(newTiles(size, size + 1n).map(tilePath), ['tile/0/x004/x294/x967/296.p/1'])
    assert.deepEqual(newTiles(size - 1n, size).map(tilePath), [
      'tile/0/x004/x294/x967/295',
      'tile/1/x016/x777/215',
      'tile/2/x065/535',
      'tile/3/255',
      'tile/4/000',
      'tile/5/000.p/1',
    ])
  })

  it('has on each level what `tileIn` says, and nothing beside it', () => {
    assert.deepEqual(tileIn(70_000n, 0, 273n), { level: 0, index: 273n, width: 112 })
    assert.deepEqual(tileIn(70_000n, 1, 0n), { level: 1, index: 0n, width: 256 })
    for (const [level, index] of [
      [0, 274n],
      [0, -1n],
      [3, 0n],
    ] as const)
      assert.throws(() => tileIn(70_000n, level, index), { code: 'RANGE_WRONG' })
  })
})

describe('a tile', () => {
  const tree = sparseTree(new Map([[777n, Buffer.from('marked')]]))

  it('stands above for itself once it is full', () => {
    assert.deepEqual(tileRoot(naiveTile(tree, { level: 0, index: 3n, width: 256 })), tree(768n, 1024n))
    assert.throws(() => tileRoot(new Uint8Array(255 * 32)), { code: 'TILE_MALFORMED' })
  })

  it('may be answered wider than asked for', async () => {
    const wide: HashReader = { tile: (tile) => naiveReader(tree).tile({ ...tile, width: 256 }) }
    const [index, from, to] = [777n, 700n, 1000n]
    assert.deepEqual(await inclusionProof(wide, { index, size: to }), await inclusionProof(naiveReader(tree), { index, size: to }))
    assert.deepEqual(await consistencyProof(wide, { from, to }), await consistencyProof(naiveReader(tree), { from, to }))
    assert.deepEqual(await treeRoot(wide, to), tree(0n, to))
  })

  for (const length of [0, 31, 33, 231 * 32, 232 * 32 - 1, 232 * 32 + 1, 257 * 32])
    it(`of ${length} bytes is refused where 232 hashes are asked for`, async () => {
      const spoilt: HashReader = { tile: () => Promise.resolve(new Uint8Array(length)) }
      await assert.rejects(treeRoot(spoilt, 232n), (error) => error instanceof TlogError && error.code === 'TILE_MALFORMED')
    })

  it('that cannot be read says so as its reader does', async () => {
    const fault = new Error('the disk is gone')
    await assert.rejects(treeRoot({ tile: () => Promise.reject(fault) }, 5n), fault)
  })
})
