/// What is wrong with a value, before anybody says where it was written.
struct Complaint: Error {
  var message: String
  var hint: String?

  init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}
