// SQLite against the contract of the read model's port.
import { readModelConformance } from '../src/conformance/index.ts'
import { newPlace } from './scratch.ts'

readModelConformance('SQLite', newPlace)
