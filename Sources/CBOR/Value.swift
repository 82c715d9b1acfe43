/// Any CBOR data item (RFC 8949).
public indirect enum Value: Sendable, Hashable {
  case null
}
