// Two processes on one file.
import { after, test } from 'node:test'
import { race } from './race.ts'
import { rooms } from './rooms.ts'

const room = rooms()
after(room.clear)

test('two processes race 200 claims each for the same persons and keys', () => race('sqlite', room.file()))
