import PouchCore
import PouchStages

extension FuzzTarget {
  /// Control frames for an established session; the first byte says whose.
  static let session = FuzzTarget(name: "session") { bytes throws(Mismatch) in
    guard let agreements else { throw Mismatch("the handshake does not succeed") }
    let isSender = (bytes.first ?? 0) & 1 == 0
    var session = Session(
      isSender ? agreements.sender : agreements.receiver, largestObject: 1 << 20)
    if isSender {
      for _ in 0..<64 {
        _ = session.outbox.append(UnsafeRawBufferPointer(start: nil, count: 0), format: .raw)
      }
    } else {
      _ = try? session.inbox.admit(first: 1, count: 64)
    }
    do throws(PouchError) {
      for frame in CompactFrames(bytes.dropFirst()) {
        _ = try session.receive(frame.header, frame.body)
        session.prepareFlush()
        var batch: [Outbox.Pending] = []
        session.outbox.take(into: &batch)
        session.outbox.written(batch.reduce(0) { $0 + $1.count })
      }
    } catch {
      _ = error.description
    }
  }

  /// What comes before the session, told to either side; the first byte says to which.
  static let handshake = FuzzTarget(name: "handshake") { bytes throws(Mismatch) in
    let choice = bytes.first ?? 0
    var handshake = handshake(
      choice & 1 == 0 ? .sender : .receiver, isInitiator: choice & 2 == 0)
    _ = handshake.opening()
    do throws(PouchError) {
      if choice & 4 != 0 {
        var buffer = ByteBuffer(adopting: Bytes(Array(bytes.dropFirst())))
        _ = try Preface.read(&buffer)
        return
      }
      for frame in CompactFrames(bytes.dropFirst()) {
        if let agreement = try handshake.receive(choice & 8 == 0 ? frame.sealed : frame).agreement {
          _ = try Pipeline(agreement.stages, context: agreement.context(outgoing: false))
        }
      }
    } catch {
      _ = HandshakeFrame.rejection(for: error)
    }
  }

  private static func handshake(_ role: Role, isInitiator: Bool) -> Handshake {
    // The same numbers in every run, so that a finding can be repeated.
    let nonce = [UInt8](repeating: 1, count: 16)
    var nonces = Handshake.Nonces.random()
    (nonces.connection, nonces.session, nonces.grease) = (nonce, nonce, "x1")
    return Handshake(
      offer: Handshake.Offer(
        role: role, id: nonce, software: "fuzz", frame: 1 << 20, object: nil, heartbeat: 15_000,
        stages: role == .sender ? [CRC32CStage()] : [], acknowledge: .processed,
        window: .standard,
        accept: { announced throws(PouchError) in
          let registry = StandardStages.registry()
          var stages: [any Stage] = []
          for stage in announced {
            stages.append(try registry.makeStage(named: stage.name, parameters: stage.parameters))
          }
          return stages
        }), isInitiator: isInitiator, nonces: nonces)
  }

  /// What a sender and a receiver agree on.
  private static let agreements: (sender: Agreement, receiver: Agreement)? = {
    var (sender, receiver) = (
      handshake(.sender, isInitiator: true), handshake(.receiver, isInitiator: false)
    )
    func frame(_ bytes: Bytes?) throws(PouchError) -> Frame? {
      var buffer = ByteBuffer(adopting: bytes ?? Bytes())
      var decoder = FrameDecoder(limit: HandshakeFrame.limit)
      return try decoder.next(&buffer)
    }
    do throws(PouchError) {
      guard let hello = try frame(sender.opening().last),
        let welcome = try frame(receiver.receive(hello).reply)
      else { return nil }
      let step = try sender.receive(welcome)
      guard let sending = step.agreement, let ready = try frame(step.reply),
        let receiving = try receiver.receive(ready).agreement
      else { return nil }
      return (sending, receiving)
    } catch {
      return nil
    }
  }()
}
