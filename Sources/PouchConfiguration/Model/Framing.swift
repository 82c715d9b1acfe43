/// How objects are told apart on a stream.
public enum Framing: Sendable, Hashable { case pouch, length10 }
