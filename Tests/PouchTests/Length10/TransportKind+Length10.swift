import Pouch

extension TransportKind {
  /// The same endpoint and options, with the framing of the tutorial.
  func withLength10(
    _ body: (Endpoint, SenderOptions, ReceiverOptions) async throws -> Void
  ) async throws {
    try await withOptions { endpoint, sending, receiving in
      var (sending, receiving) = (sending, receiving)
      sending.framing = .length10
      receiving.framing = .length10
      try await body(endpoint, sending, receiving)
    }
  }
}
