internal import Pouch

/// What objects are, and how they are framed.
extension Settings {
  static let framing = Setting.value(
    "framing", as: .choice("framing"), initial: Framing.pouch,
    """
    `pouch` is the protocol of docs/wire.md. `length10` is what the Python sockets tutorial does: \
    a length in ten characters in front of a pickle. It proves nobody's identity, checks nothing \
    and acknowledges nothing; `tls://` can be around it.
    """)

  static let formats =
    Setting.list(
      "formats", as: .choice("format"), roles: [.receiver],
      """
      The formats of objects that are taken; one in another format is refused. `pickle` is read as \
      data alone, and has to be asked for.
      """
    ).documented(initial: "[raw, cbor, json]") as Setting<[Placed<FormatName>]>

  enum Input {
    static let format = Setting.value(
      "input", "format", as: .choice("format"), initial: InputSettings.Format.raw,
      roles: [.sender],
      """
      How the input is written. `raw` and `pickle` are sent as they are. `json` and `diagnostic` \
      (CBOR's diagnostic notation, RFC 8949, section 8) are sent as CBOR, and `cbor` when it is \
      valid; with `framing: length10` the three become pickles.
      """)
    static let raw = Setting.value(
      "input", "raw", as: .boolean, initial: false, roles: [.sender],
      "Sends JSON as the text that it is, once it was checked, instead of as CBOR.")
    static let eachLine = Setting.value(
      "input", "each-line", as: .boolean, initial: false, roles: [.sender],
      """
      Makes every line of the input an object of its own, sent as it comes; empty lines are passed \
      over. For `raw`, `json` and `diagnostic`.
      """)
  }

  enum Pickle {
    static let numpy = Setting.value(
      "pickle", "numpy", as: .boolean, initial: false, roles: [.receiver],
      "Takes NumPy arrays and numbers in pickles, as data: nothing of NumPy is run.")
  }
}

/// The formats of objects by their names.
enum FormatName: String, Sendable, CaseIterable {
  case raw, cbor, json, pickle
}

extension Setting {
  /// The same with a default for people, where an empty list stands for it.
  fileprivate func documented(initial: String) -> Setting {
    var copy = self
    copy.descriptor.initial = initial
    return copy
  }
}
