/// What is wrong with a value, before anybody says where it was written.
package struct Complaint: Error {
  package var message: String
  package var hint: String?

  package init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}
