import Glibc

/// How many descriptors this process may have.
enum DescriptorLimit {
  /// Lets it have both ends of so many connections, as far as it may.
  static func raise(connections: Int) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return }
    let wanted = rlim_t(connections * 2 + 256)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    setrlimit(resource, &limit)
  }
}
