/// A number of bytes as people say it.
func sizeText(_ bytes: Int) -> String {
  if bytes >= 1 << 20 { return "\(bytes >> 20) MiB" }
  return bytes >= 1024 ? "\(bytes >> 10) KiB" : "\(bytes) B"
}
