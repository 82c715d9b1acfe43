public import CBOR
public import PouchCore

extension Delivery {
  /// Reads the payload as a value of any shape, by the object's format: CBOR, JSON or pickle.
  ///
  /// Of a pickle the safe subset is read: plain data, of which nothing is looked up, imported or
  /// called, and NumPy's arrays where `ReceiverOptions.allowsNumPy` says so. Tuples and lists
  /// become arrays, sets tag 258.
  ///
  /// - Throws: `.badData` with the reason and the byte when the payload does not hold a value;
  ///   `.usage` for an object in another format, such as raw bytes.
  public func value() throws(PouchError) -> CBOR.Value {
    do throws(PouchError) {
      return try format.value(of: payload, allowsNumPy: connection.allowsNumPy)
    } catch {
      throw error.at(objectID: id)
    }
  }
}

extension StreamedDelivery {
  /// Reads the bytes of the body, which were gathered, as a value; attachments are no part of it.
  /// See `Delivery.value()`.
  package func value(of gathered: Bytes) throws(PouchError) -> CBOR.Value {
    do throws(PouchError) {
      return try format.value(of: object(in: gathered), allowsNumPy: connection.allowsNumPy)
    } catch {
      throw error.at(objectID: id)
    }
  }
}
