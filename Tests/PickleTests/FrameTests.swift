import Pickle
import Testing

@Suite("Frames")
struct FrameTests {
  /// A frame of as many bytes as it says, or of another number.
  private func frame(_ content: String, says size: Int? = nil) -> String {
    let size = size ?? pickle(content).count
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    return #"\x95"# + bytes.map { #"\x"# + hex([$0]) }.joined() + content
  }

  @Test("Opcodes stand in frames, between them, and behind them")
  func frames() throws {
    #expect(try decoded(#"\x80\x04"# + frame(#"K\x01."#)) == "1")
    #expect(try decoded(frame("(N") + frame(#"K\x01"#) + frame("t.")) == "[null, 1]")
    #expect(try decoded(frame("(N") + #"K\x01"# + frame("t") + ".") == "[null, 1]")
    #expect(try decoded(frame("") + frame("") + "N.") == "null")
    #expect(try decoded(frame("V" + #"ab\n."#)) == #""ab""#)
    // The announcement of a frame may be the last of the one before.
    #expect(try decoded(frame("N" + #"\x95\x01\x00\x00\x00\x00\x00\x00\x00"#) + ".") == "null")
  }

  @Test("An opcode that straddles the end of its frame is malformed")
  func straddling() {
    for (inside, outside) in [
      ("K", #"\x01."#), ("M\\x01", #"\x00."#), ("X\\x02\\x00\\x00\\x00a", "b."),
      ("\\x8c", #"\x00."#),
      ("Va", #"b\n."#), ("I1", #"\n."#), ("G\\x00", #"\x00\x00\x00\x00\x00\x00\x00."#),
      ("N\\x95\\x01\\x00", #"\x00\x00\x00\x00\x00\x00."#), ("cbuiltins\\n", #"set\n."#),
      ("NP", #"id\n."#), ("\\x82", #"\x01."#),
    ] {
      let error = failure(frame(inside) + outside)
      #expect(error?.code == .malformed)
      #expect(error?.message.hasSuffix("straddles the end of its frame") == true)
    }
  }

  @Test("A frame inside of another is malformed, whether it overlaps or not")
  func overlapping() {
    let inner = frame("N.")
    #expect(failure(frame(inner))?.message == "a frame begins inside of another")
    #expect(failure(frame(inner, says: 10) + "..")?.code == .malformed)
    #expect(failure(frame(inner))?.offset == 9)
  }

  @Test("A frame that says more than there is, or than the pickle has, is refused")
  func lying() {
    #expect(failure(frame("N.", says: 3))?.code == .truncated)
    #expect(failure(frame("N.", says: .max))?.code == .truncated)
    #expect(failure(frame("N.", says: -1))?.code == .truncated)
    let error = failure(frame("N.", says: 3) + "N")
    #expect(error?.code == .malformed)
    #expect(error?.message == "the pickle ends 1 bytes before its frame")
    #expect(failure(frame("N"))?.code == .truncated)
  }
}
