// What can be asked across subjects: the port, and the check against the store. Adapters are subpaths.
export * from './port.ts'
