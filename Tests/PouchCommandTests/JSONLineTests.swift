import Foundation
import Testing

@testable import PouchCommand

@Suite("JSON lines of the executables") struct JSONLineTests {
  @Test("Whatever a terminal would obey, or take for the end of a line, is escaped")
  func escapes() {
    let text =
      "a\"\\\n\t\r\u{1b}\u{7f}\u{85}\u{200e}\u{202e}\u{2069}\u{2028}\u{feff}\u{e0041}\u{6c34}"
    let escaped =
      #""a\"\\\n\t\r\u001b\u007f\u0085\u200e\u202e\u2069\u2028\ufeff\udb40\udc41"# + "\u{6c34}\""
    #expect(JSONValue.text(text).text == escaped)
    #expect(JSONValue.object([(text, .null)]).line == "{\(escaped):null}")
  }

  @Test("Text for people shows the same characters by their numbers")
  func printable() {
    #expect("a\u{1b}[2J\u{9b}\u{202e}b".printable == #"a\u{1b}[2J\u{9b}\u{202e}b"#)
    #expect("\u{6c34} plain".printable == "\u{6c34} plain")
    #expect("\u{2066}".hasControls)
  }

  @Test("a log line has each member once: the message of an error is a part of the line's own")
  func members() {
    let line = Console.jsonLine(
      .warning, "a peer was turned away: no",
      [("message", .text("no")), ("code", .text("badData"))])
    #expect(line.components(separatedBy: "\"message\"").count == 2)
    #expect(line.contains("\"message\":\"a peer was turned away: no\""))
    #expect(line.contains("\"code\":\"badData\""))
  }
}
