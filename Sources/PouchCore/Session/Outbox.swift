/// What waits to be written: the frame that is being filled, and the frames behind it.
///
/// Small objects are copied one after the other into the open frame; a large payload gets a frame
/// of its own and is not copied. Nothing waits for a frame to fill: whoever flushes takes what is
/// there.
@usableFromInline
package struct Outbox: ~Copyable, Sendable {
  /// A frame that no stage has seen yet.
  package struct Pending: Sendable {
    package var header: FrameHeader
    /// Room for the header, then the body, then room for trailers.
    package var front: Bytes
    package var payload: Bytes
    /// The payload's further runs, where it stands in several places.
    package var further: [Bytes] = []

    /// The size of the body, in bytes.
    package var count: Int {
      further.reduce(front.count - FrameHeader.size + payload.count) { $0 + $1.count }
    }
  }

  /// When the open frame holds this many bytes, it is closed and the next one begun.
  package static var frameTarget: Int { 64 << 10 }
  /// Payloads above this are not copied, whatever the peer's frames hold.
  package static var copyLimit: Int { 16 << 10 }
  /// The size of a chunk of a large object, unless the peer takes only smaller frames.
  package static let chunkSize = 256 << 10
  /// The most bytes of an object in memory that are sent in one frame instead of in chunks: its
  /// receiver need not put them together again. More would hold up what comes behind it.
  package static let wholeLimit = 1 << 20
  /// Room that a frame keeps for entry heads, attributes of a chunk, and trailers.
  package static let overhead = 1 << 10
  /// Backpressure begins when this many bytes wait to be written.
  package static var highWater: Int { 256 << 10 }
  /// The most memory that replies may take which the peer has this side queue, PONG and NACK,
  /// until it reads them. When there are more, this side reads no more either.
  package static var mostReplies: Int { 256 << 10 }
  /// What a queued frame takes beside the memory of its body, about.
  private static let frameCost = 256
  /// Room for the body of a short control frame, and for what stages append.
  private static let shortControl = 128
  private static let mostSpare = 8

  /// The books on what was accepted.
  @usableFromInline package var ledger = SendLedger()
  /// What the receiver, and this end's settings, allow in flight; nil without acknowledgements.
  package var window: Window? { didSet { closeRoom() } }
  /// The most payload bytes that one frame may carry beside short attributes.
  package let longestPayload: Int
  /// The most payload bytes that are copied into a frame with others.
  package let longestCopy: Int
  /// The most bytes of attributes and payload that one frame may carry.
  private let longestBody: Int
  /// Bytes that were handed over and have not been written.
  @usableFromInline package internal(set) var waiting = 0

  /// The memory of replies that are queued, and of those that are being written.
  private var queuedReplies = 0
  private var leavingReplies = 0

  let frameTarget: Int
  @usableFromInline var open: ByteBuffer
  private var openFirst: UInt64 = 0
  @usableFromInline var openCount: UInt32 = 0
  @usableFromInline var openCharge = 0
  /// How many bytes of entries, and objects, the open frame takes before anything else need be
  /// asked: the size of a frame, the window, whether objects are accepted at all.
  @usableFromInline var room = 0
  @usableFromInline var roomObjects: UInt32 = 0
  private var queue: [Pending] = []
  /// Memory of written frames, to be filled again: full frames, and small ones.
  private var spareFrames: [Bytes] = []
  private var spareHeads: [Bytes] = []

  /// - Parameter peerFrame: The largest body that the peer accepts, in bytes.
  package init(peerFrame: Int) {
    longestBody = peerFrame - Outbox.overhead
    longestPayload = min(Outbox.chunkSize, longestBody)
    longestCopy = min(Outbox.copyLimit, longestPayload)
    frameTarget = min(Outbox.frameTarget, peerFrame - Outbox.overhead)
    open = ByteBuffer()
  }

  // MARK: Objects

  /// What stands in the way of an object.
  package enum Obstacle: Sendable {
    /// Too much waits to be written.
    case unwritten
    /// Too much is in flight.
    case window
    /// As many chunked objects have begun as may be incomplete at once.
    case incomplete
  }

  /// Whether a chunk of an object that has begun may be queued now.
  package var isBelowHighWater: Bool { waiting < Outbox.highWater }

  /// What keeps an object of `length` bytes from being accepted now; nil when nothing does.
  package func obstacle(_ length: Int) -> Obstacle? {
    guard isBelowHighWater else { return .unwritten }
    return fitsWindow(length) ? nil : .window
  }

  /// What keeps a chunked object from being begun now; nil when nothing does.
  package var obstacleToChunks: Obstacle? {
    hasRoomForChunks ? obstacle(0) : .incomplete
  }

  /// Whether one more object may be incomplete.
  package var hasRoomForChunks: Bool { ledger.incomplete.count < Inbox.mostIncomplete }

  /// Whether an object of `length` bytes may be in flight beside those that are.
  package func fitsWindow(_ length: Int) -> Bool {
    guard let window else { return true }
    let inFlight = ledger.inFlight
    // One object may always be in flight, however large: otherwise it could never be sent.
    return inFlight == 0
      || (inFlight < UInt64(window.objects) && ledger.bytesInFlight + length <= window.bytes)
  }

  /// Accepts a small object where that takes no more than copying it into the open frame.
  ///
  /// - Returns: The object's id; 0 when there is more to it, which `append` does once nothing
  ///   stands in the way.
  @inlinable @inline(__always)
  package mutating func appendInRoom(
    _ payload: UnsafeRawBufferPointer, format: ObjectFormat
  ) -> UInt64 {
    let size = payload.count &+ Entry.headSize
    guard size <= room, openCount < roomObjects else { return 0 }
    room &-= size
    open.append(
      bigEndian: UInt32(truncatingIfNeeded: payload.count) << 8 | UInt32(format.rawValue),
      then: payload)
    return book(size, payload.count)
  }

  /// Accepts a small object by copying it into the open frame; at most `longestCopy` bytes.
  ///
  /// - Returns: The object's id.
  package mutating func append(
    _ payload: UnsafeRawBufferPointer, format: ObjectFormat, attributes: Bytes? = nil
  ) -> UInt64 {
    let size = payload.count + Entry.headSize + (attributes.map { $0.count + 2 } ?? 0)
    if openCount > 0, open.count + size > frameTarget { closeFrame() }
    if openCount == 0 { beginFrame() }
    Entry.appendHead(
      to: &open, length: payload.count, format: format, attributes: attributes)
    open.append(payload)
    let id = book(size, payload.count)
    openRoom()
    return id
  }

  /// Books an object that was appended to the open frame.
  @inlinable @inline(__always)
  mutating func book(_ size: Int, _ charge: Int) -> UInt64 {
    openCount &+= 1
    openCharge &+= charge
    waiting &+= size
    return ledger.accept(charging: charge)
  }

  /// Works out how much may follow into the open frame. Until then the window can only open: what
  /// narrows it calls `closeRoom()`.
  private mutating func openRoom() {
    room = frameTarget - open.count
    roomObjects = .max
    guard let window else { return }
    room = min(room, window.bytes - ledger.bytesInFlight)
    let objects = UInt64(max(0, window.objects))
    let left = objects > ledger.inFlight ? objects - ledger.inFlight : 0
    roomObjects = openCount + UInt32(min(left, UInt64(UInt32.max / 2)))
  }

  /// Lets the next object ask again for everything that may stand in its way.
  package mutating func closeRoom() { room = 0 }

  /// The most payload bytes that one frame may carry beside `attributes`, in a chunk or in a whole
  /// object; below 1 when not even they fit.
  package func longestPayload(beside attributes: Bytes?, whole: Bool) -> Int {
    let length = attributes?.count ?? 0
    // Short ones have their place in what every frame keeps free.
    let room = length <= Outbox.overhead / 2 ? longestBody : longestBody - length
    return min(whole ? Outbox.wholeLimit : longestPayload, room)
  }

  /// Accepts an object of up to `longestPayload(beside:)` bytes in a frame of its own, without
  /// copying it; `further` are the runs of bytes behind `payload`.
  package mutating func appendWhole(
    _ payload: Bytes, further: [Bytes] = [], format: ObjectFormat, attributes: Bytes? = nil
  ) -> UInt64 {
    closeFrame()
    let length = further.reduce(payload.count) { $0 + $1.count }
    let id = ledger.accept(charging: length)
    if window != nil { ledger.charge(id...id, length) }
    enqueue(id, payload, further, length, format, hasMore: false, attributes)
    return id
  }

  /// Accepts an object whose chunks will follow, and queues the first one.
  package mutating func beginChunked(
    _ first: Bytes, format: ObjectFormat, attributes: Bytes?
  ) -> UInt64 {
    closeFrame()
    let id = ledger.accept(charging: 0)
    ledger.begin(id)
    enqueue(id, first, [], first.count, format, hasMore: true, attributes)
    return id
  }

  /// Queues a later chunk; `attributes` holds its offset.
  package mutating func continueChunked(
    _ id: UInt64, _ chunk: Bytes, format: ObjectFormat, isLast: Bool, attributes: Bytes?
  ) {
    closeFrame()
    if isLast { ledger.complete(id) }
    enqueue(id, chunk, [], chunk.count, format, hasMore: !isLast, attributes)
  }

  private mutating func enqueue(
    _ id: UInt64, _ payload: Bytes, _ further: [Bytes], _ length: Int, _ format: ObjectFormat,
    hasMore: Bool, _ attributes: Bytes?
  ) {
    var front = takeSpare(FrameHeader.size + Outbox.overhead + (attributes?.count ?? 0))
    Entry.appendHead(
      to: &front, length: length, format: format, hasMore: hasMore, attributes: attributes)
    waiting += front.count - FrameHeader.size + length
    queue.append(
      Pending(
        header: FrameHeader(kind: .data, firstID: id, count: 1), front: front.freeze(),
        payload: payload, further: further))
  }

  private mutating func beginFrame() {
    open = takeSpare(FrameHeader.size + frameTarget + Outbox.overhead)
    openFirst = ledger.accepted + 1
    openCharge = 0
  }

  private mutating func closeFrame() {
    guard openCount > 0 else { return }
    closeRoom()
    if window != nil { ledger.charge(openFirst...ledger.accepted, openCharge) }
    var full = ByteBuffer()
    swap(&full, &open)
    queue.append(
      Pending(
        header: FrameHeader(kind: .data, firstID: openFirst, count: openCount),
        front: full.freeze(), payload: Bytes()))
    openCount = 0
  }

  // MARK: Control frames

  /// Queues a control frame behind the objects that were accepted before it.
  package mutating func append(
    _ kind: FrameKind, id: UInt64 = 0, count: UInt32 = 0,
    _ body: (inout ByteBuffer) -> Void = { _ in }
  ) {
    closeFrame()
    var front = takeHead(FrameHeader.size + Outbox.shortControl)
    body(&front)
    waiting += front.count - FrameHeader.size
    if kind == .pong || kind == .refuse { queuedReplies += front.capacity + Outbox.frameCost }
    queue.append(
      Pending(
        header: FrameHeader(kind: kind, firstID: id, count: count), front: front.freeze(),
        payload: Bytes()))
  }

  /// Whether the peer reads so little that no more replies are to be queued for it.
  package var hasTooManyReplies: Bool { queuedReplies + leavingReplies > Outbox.mostReplies }

  /// Drops everything that waits: the connection is to end with what is appended next.
  package mutating func discard() {
    waiting -= queue.reduce(openCount > 0 ? open.count - FrameHeader.size : 0) { $0 + $1.count }
    openCount = 0
    closeRoom()
    queue = []
    queuedReplies = 0
  }

  // MARK: Flushing

  /// Whether there is anything to write.
  package var isEmpty: Bool { openCount == 0 && queue.isEmpty }

  /// Moves every frame into `batch`, which must be empty; the open one is closed first.
  package mutating func take(into batch: inout [Pending]) {
    closeFrame()
    swap(&queue, &batch)
    leavingReplies += queuedReplies
    queuedReplies = 0
    ledger.handOver()
  }

  /// Books bytes as written.
  package mutating func written(_ bytes: Int) {
    waiting -= bytes
    leavingReplies = 0
  }

  /// Takes back the memory of a written frame, to fill it again.
  package mutating func recycle(_ memory: consuming Bytes) {
    if memory.capacity >= frameTarget {
      if spareFrames.count < Outbox.mostSpare { spareFrames.append(memory) }
    } else if memory.capacity >= Outbox.overhead {
      if spareHeads.count < Outbox.mostSpare { spareHeads.append(memory) }
    }
  }

  /// Gives spare memory back to the system; for a connection that has gone idle.
  package mutating func trim() {
    spareFrames = []
    spareHeads = []
  }

  /// Memory for a control frame: of the size that `recycle` keeps, unless replies wait already. A
  /// burst of those takes little memory each; a frame now and then takes what the last one had.
  private mutating func takeHead(_ capacity: Int) -> ByteBuffer {
    guard spareHeads.isEmpty, queuedReplies > 0 else {
      return takeSpare(FrameHeader.size + Outbox.overhead)
    }
    var buffer = ByteBuffer(capacity: capacity)
    buffer.appendZeros(FrameHeader.size)
    return buffer
  }

  private mutating func takeSpare(_ capacity: Int) -> ByteBuffer {
    var memory = (capacity > frameTarget ? spareFrames.popLast() : spareHeads.popLast()) ?? Bytes()
    var buffer = ByteBuffer(recycling: &memory, capacity: capacity)
    buffer.appendZeros(FrameHeader.size)
    return buffer
  }
}
