/// The extents of an array, and the order in which its elements lie in memory.
struct ArrayLayout {
  /// As many dimensions as NumPy has.
  private static let mostDimensions = 64

  let shape: [Int]
  /// How many elements there are.
  let count: Int

  /// - Returns: nil where there are too many dimensions, or more elements than can be counted.
  init?(shape: [Int]) {
    guard shape.count <= Self.mostDimensions else { return nil }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, extent >= 0 else { return nil }
      count = product
    }
    self.shape = shape
    self.count = count
  }

  /// How far apart, in elements, neighbours in each dimension lie where the first runs fastest.
  var columnMajorStrides: [Int] {
    var stride = 1
    return shape.map { extent in
      defer { stride = stride &* extent }
      return stride
    }
  }

  /// How far apart, in elements, neighbours in each dimension lie where the last runs fastest.
  var rowMajorStrides: [Int] {
    ArrayLayout(shape: shape.reversed())?.columnMajorStrides.reversed() ?? []
  }

  /// Elements that lie `strides` apart, put in row-major order.
  ///
  /// - Parameters:
  ///   - bytes: `count` elements of `size` bytes.
  ///   - strides: A permutation of this shape's own, so that every element is met once.
  func rowMajor(_ bytes: [UInt8], size: Int, strides: [Int]) -> [UInt8] {
    // Dimensions of one element would only be stepped over.
    let dimensions = zip(shape, strides).filter { $0.0 != 1 }
    var index = [Int](repeating: 0, count: dimensions.count)
    var source = 0
    return [UInt8](unsafeUninitializedCapacity: count * size) { target, initialized in
      bytes.withUnsafeBytes { bytes in
        let target = UnsafeMutableRawBufferPointer(target)
        for position in 0..<count {
          let from = UnsafeRawBufferPointer(rebasing: bytes[source * size..<(source + 1) * size])
          UnsafeMutableRawBufferPointer(
            rebasing: target[position * size..<(position + 1) * size]
          ).copyMemory(from: from)
          for (dimension, (extent, stride)) in dimensions.enumerated().reversed() {
            index[dimension] += 1
            source += stride
            if index[dimension] < extent { break }
            source -= stride * extent
            index[dimension] = 0
          }
        }
      }
      initialized = count * size
    }
  }
}
