/// What the receiving end knows of the objects that came: which id is due, which are incomplete,
/// and which are settled.
package struct Inbox: Sendable {
  /// How far a chunked object has come.
  private struct Progress: Sendable {
    var offset: UInt64
    var size: UInt64?
    var format: ObjectFormat
  }

  /// What to do with a frame's objects.
  package enum Admission: Sendable, Equatable {
    /// New objects: deliver all but the first `duplicates`, which came before.
    case whole(duplicates: Int)
    /// The first chunk of an object.
    case firstChunk
    /// A later chunk.
    case chunk(isLast: Bool)
    /// Something of an object that came before, was refused or cancelled, or that begins after this
    /// side has decided to stop: drop it.
    case stale
  }

  /// The highest id seen.
  package private(set) var highest: UInt64 = 0
  /// What has been answered for, or will be by the next ACK.
  package private(set) var settled = SettledSet()
  /// The largest object accepted, in bytes; nil for no limit.
  package let largestObject: UInt64?

  private var incomplete: [UInt64: Progress] = [:]
  /// The last object that this side takes; nil while it takes all.
  private var lastTaken: UInt64?

  /// The most objects that may be incomplete at once (docs/wire.md, section 5).
  package static let mostIncomplete = 64

  package init(largestObject: UInt64?) {
    self.largestObject = largestObject
  }

  /// Whether objects that begin now are taken.
  package var isTaking: Bool { lastTaken == nil }

  /// Drops every object that begins from now on.
  package mutating func stopTaking() { lastTaken = lastTaken ?? highest }

  /// Objects that have begun and not ended.
  package var incompleteCount: Int { incomplete.count }

  /// How far each object that has begun and not ended has come, in bytes.
  package var offsets: [UInt64: UInt64] { incomplete.mapValues(\.offset) }

  /// The objects that have begun and not ended.
  package var incompleteIDs: [UInt64] { incomplete.keys.sorted() }

  /// Admits a frame of whole objects with consecutive ids.
  ///
  /// - Returns: How many of them, from the front, are duplicates.
  /// - Throws: `.badData` for a gap, and where one of them is incomplete.
  package mutating func admit(first: UInt64, count: UInt32) throws(PouchError) -> Int {
    guard first > 0, count > 0 else {
      throw PouchError(.badData, "a DATA frame holds no objects")
    }
    let (end, overflow) = first.addingReportingOverflow(UInt64(count))
    if !incomplete.isEmpty, let id = incomplete.keys.first(where: { $0 >= first && $0 < end }) {
      throw PouchError(
        .badData, "an object that is incomplete goes on without an offset, or among others",
        objectID: id)
    }
    guard !overflow, first <= highest + 1 else { throw gap(first) }
    let duplicates = min(UInt64(count), highest + 1 - first)
    highest = max(highest, end - 1)
    return Int(duplicates)
  }

  /// Admits a frame that holds one entry: a whole object or a chunk.
  ///
  /// - Throws: `.badData` for a gap or an offset that does not agree; `.limitExceeded` for an
  ///   object that is too large or one too many at once.
  package mutating func admit(
    id: UInt64, entry: Entry, attributes: Attributes?
  ) throws(PouchError) -> Admission {
    if let offset = attributes?.offset {
      return try admitChunk(id, entry, offset, attributes?.besideOffset)
    }
    guard entry.hasMore else {
      let duplicates = try admit(first: id, count: 1)
      if duplicates == 0 { try entry.checkSize(attributes, id) }
      return duplicates > 0 || isTaking ? .whole(duplicates: duplicates) : .stale
    }
    // What is to begin is looked at as a whole object would be.
    guard try admit(first: id, count: 1) == 0, isTaking else { return .stale }
    guard incomplete.count < Inbox.mostIncomplete else {
      throw PouchError(
        .limitExceeded, "more than \(Inbox.mostIncomplete) objects are incomplete at once",
        objectID: id)
    }
    let length = UInt64(entry.payload.count)
    incomplete[id] = Progress(offset: length, size: attributes?.size, format: entry.format)
    try check(id, length, attributes?.size)
    return .firstChunk
  }

  private mutating func admitChunk(
    _ id: UInt64, _ entry: Entry, _ offset: UInt64, _ other: String?
  ) throws(PouchError) -> Admission {
    guard var progress = incomplete[id] else {
      guard id <= highest, id > 0 else {
        throw PouchError(
          .badData, "an object begins with an offset, \(offset)", objectID: id)
      }
      return .stale
    }
    if let other {
      throw PouchError(.badData, "a chunk has '\(other)' beside its offset", objectID: id)
    }
    guard offset == progress.offset else {
      throw PouchError(
        .badData, "a chunk begins at byte \(offset); byte \(progress.offset) was due",
        objectID: id)
    }
    guard entry.format == progress.format else {
      throw PouchError(
        .badData, "an object that began in \(progress.format) goes on in \(entry.format)",
        objectID: id)
    }
    progress.offset += UInt64(entry.payload.count)
    try check(id, progress.offset, progress.size)
    guard !entry.hasMore else {
      incomplete[id] = progress
      return .chunk(isLast: false)
    }
    incomplete[id] = nil
    if let size = progress.size, size != progress.offset {
      throw PouchError(
        .badData, "an object of \(size) bytes ended after \(progress.offset)", objectID: id)
    }
    return .chunk(isLast: true)
  }

  private func check(_ id: UInt64, _ length: UInt64, _ size: UInt64?) throws(PouchError) {
    if let size, length > size {
      throw PouchError(.badData, "an object of \(size) bytes did not end there", objectID: id)
    }
    if let largestObject, max(length, size ?? 0) > largestObject {
      throw PouchError(
        .limitExceeded,
        "an object of \(max(length, size ?? 0)) bytes or more came; the limit is \(largestObject)",
        hint: "raise limits.object at the receiver", objectID: id)
    }
  }

  /// Forgets an object that the sender cancelled.
  ///
  /// - Returns: false when it was not incomplete.
  package mutating func cancel(_ id: UInt64) -> Bool {
    incomplete.removeValue(forKey: id) != nil
  }

  /// Whether `id` has begun and not ended.
  package func isIncomplete(_ id: UInt64) -> Bool { incomplete[id] != nil }

  /// Marks objects as answered for.
  package mutating func settle(_ ids: ClosedRange<UInt64>) {
    settled.insert(ids)
  }

  /// Whether every object that was taken is settled.
  package var isSettled: Bool { settled.upTo >= lastTaken ?? highest }

  private func gap(_ id: UInt64) -> PouchError {
    PouchError(.badData, "object \(id) came when \(highest + 1) was due", objectID: id)
  }
}
