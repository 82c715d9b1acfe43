internal import CZeroMQ
import Dispatch

/// Large objects, which libzmq is lent and hands over, so that neither side copies them.
extension ZeroMQSocket {
  /// Sends all of a load out of memory that is used again when libzmq has let go of it.
  func lendAll(_ load: Load) throws {
    let slots = max(4, (2 << 20) / load.size)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: slots * load.size, alignment: 64)
    let free = LentSlots(memory, slots)
    func slot(_ number: Int) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(
        rebasing: memory[(number * load.size)..<((number + 1) * load.size)])
    }
    for number in 0..<slots { load.write(0, slot(number)) }
    for index in 0..<load.total {
      // One connection lets go of messages in the order in which they were sent.
      free.take()
      let object = slot(index % slots)
      load.stamp(index, object)
      var message = zmq_msg_t()
      // libzmq calls back from its own thread, with what is retained here.
      guard
        zmq_msg_init_data(
          &message, object.baseAddress, object.count,
          { _, slots in LentSlots.give(slots) }, free.retained()) == 0
      else { throw Self.error("zmq_msg_init_data") }
      guard zmq_msg_send(&message, socket, 0) >= 0 else {
        let error = Self.error("zmq_msg_send")
        zmq_msg_close(&message)
        throw error
      }
    }
  }

  /// Receives all of a load, looking at each object where libzmq has put it.
  func receiveMessages(_ load: Load) throws -> Meter {
    var meter = Meter(load)
    var message = zmq_msg_t()
    guard zmq_msg_init(&message) == 0 else { throw Self.error("zmq_msg_init") }
    defer { zmq_msg_close(&message) }
    while !meter.isComplete {
      guard zmq_msg_recv(&message, socket, 0) >= 0 else { throw Self.error("zmq_msg_recv") }
      meter.add(
        UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message)))
    }
    return meter
  }
}

/// Memory that libzmq borrows. It goes with the last message that lies in it.
///
/// `@unchecked Sendable`: the memory is never touched here; the semaphore is made for threads.
private final class LentSlots: @unchecked Sendable {
  private let memory: UnsafeMutableRawBufferPointer
  private let free: DispatchSemaphore

  init(_ memory: UnsafeMutableRawBufferPointer, _ count: Int) {
    self.memory = memory
    // A semaphore may not go while it is below the value that it was made with.
    free = DispatchSemaphore(value: 0)
    for _ in 0..<count { free.signal() }
  }

  deinit {
    memory.deallocate()
  }

  func take() { free.wait() }

  func retained() -> UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

  static func give(_ slots: UnsafeMutableRawPointer?) {
    guard let slots else { return }
    Unmanaged<LentSlots>.fromOpaque(slots).takeRetainedValue().free.signal()
  }
}
