import FuzzTargets
import Glibc

/// The target that `POUCH_FUZZ_TARGET` names.
private let target: FuzzTarget = {
  let name = getenv("POUCH_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget.named(name) else {
    let names = FuzzTarget.all.map(\.name).joined(separator: " ")
    print("set POUCH_FUZZ_TARGET to one of: \(names)")
    exit(64)
  }
  return target
}()

/// What libFuzzer, which brings its own `main`, calls for every input
/// (https://llvm.org/docs/LibFuzzer.html).
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  do throws(FuzzTarget.Mismatch) {
    try target.run(bytes)
  } catch {
    fatalError(error.description)
  }
  return 0
}
