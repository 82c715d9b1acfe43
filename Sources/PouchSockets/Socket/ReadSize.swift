/// How much room a read makes: little for a connection that is idle or says little, much for one
/// that has much to say.
///
/// Every read that fills its room quadruples the next one's, up to 256 KiB; every read that uses
/// less than an eighth of it halves the next one's.
enum ReadSize {
  static let smallest = 4 << 10
  static let largest = 256 << 10
  /// An empty buffer is let go when its reader has waited for so long.
  static let idleAfter = Duration.seconds(1)

  static func next(after size: Int, room: Int, received: Int) -> Int {
    if received == room { return min(max(size, room) * 4, largest) }
    if received < size / 8 { return max(size / 2, smallest) }
    return size
  }
}
