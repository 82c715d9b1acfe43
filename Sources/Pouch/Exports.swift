// A user writes `import Pouch` and has endpoints, errors, stages and TLS settings as well: the
// modules below are how the package is built, not something to remember.
@_exported public import PouchCore
@_exported public import PouchStages
@_exported public import PouchTLS
