import Glibc

/// Whether the tests, and with them the executables, are built with a sanitizer.
enum Sanitizer {
  /// Its own memory counts as the program's, its shadow memory as a file that grows, and its report
  /// needs descriptors: tests that limit or measure these say nothing about the program.
  static let isActive = dlsym(nil, "__sanitizer_symbolize_pc") != nil
}
