internal import PouchCore

/// The memory of a program that serves others.
package enum ProgramMemory {
  /// Bounds what stays with the program of memory that it has freed. To be called at its start.
  package static func bound() { ProcessMemory.bound() }
}
