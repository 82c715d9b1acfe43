import Pouch

/// All that can be measured.
struct Contests {
  let credentials: Credentials
  /// The tutorial's program.
  let tutorial: String

  static let sizes = [64, 1 << 10, 64 << 10, 1 << 20]

  func all() throws -> [Contest] {
    try Self.sizes.map(tcp) + Self.sizes.map(unix) + Self.sizes.map(tls)
      + [Carrier.tcp, .unix].map(roundTrips) + single()
  }

  private func contest(_ carrier: Carrier, _ size: Int, _ contenders: [any Contender]) -> Contest {
    Contest(
      name: "\(carrier) \(sizeText(size))", unit: .objects(of: size), contenders: contenders)
  }

  private func plain(_ carrier: Carrier, _ size: Int) -> [any Contender] {
    let workloads: [any Workload] = [
      RawSockets(carrier: carrier), ZeroMQObjects(carrier),
      NNGObjects(carrier: carrier, credentials: nil), NIOObjects(carrier: carrier),
      NIOAsyncObjects(carrier: carrier),
    ]
    return workloads.map { Throughput($0, size: size) as any Contender } + [
      PythonObjects(carrier: carrier, size: size, script: tutorial)
    ]
  }

  private func pouch(_ link: PouchLink, _ size: Int) -> [any Contender] {
    let sum = PouchLink(
      carrier: link.carrier, pipeline: [CRC32CStage()], credentials: link.credentials)
    return [
      Throughput(PouchObjects("pouch", link), size: size),
      Throughput(PouchObjects("pouch, CRC-32C", sum), size: size),
    ]
  }

  private func tcp(_ size: Int) -> Contest {
    let link = PouchLink(carrier: .tcp)
    var ours = pouch(link, size)
    if size == Load.block {
      let sum = PouchLink(carrier: .tcp, pipeline: [CRC32CStage()])
      let forms: [PouchObjects] = [
        PouchObjects("pouch, async handler", link, form: .async),
        PouchObjects("pouch, batches", link, form: .batch),
        PouchObjects("pouch, CRC-32C, batches", sum, form: .batch),
        PouchObjects("pouch, received", PouchLink(carrier: .tcp, acknowledge: .received)),
        PouchObjects("pouch, processed", PouchLink(carrier: .tcp, acknowledge: .processed)),
      ]
      ours += forms.map { Throughput($0, size: size) }
    }
    return contest(.tcp, size, plain(.tcp, size) + ours)
  }

  private func unix(_ size: Int) -> Contest {
    contest(.unix, size, plain(.unix, size) + pouch(PouchLink(carrier: .unix), size))
  }

  private func tls(_ size: Int) -> Contest {
    var workloads: [any Workload] = []
    // A larger object has a call of its own in any case.
    if size < FramedObjects.batchSize {
      workloads.append(BareOpenSSL(credentials: credentials, gathering: .none))
    }
    workloads += [
      BareOpenSSL(credentials: credentials, gathering: .batches) as any Workload,
      ZeroMQObjects(.tls), ZeroMQObjects(.tcp, name: "libzmq in the clear"),
      NNGObjects(carrier: .tls, credentials: credentials),
    ]
    let link = PouchLink(carrier: .tls, credentials: credentials)
    if size == Load.block {
      workloads.append(PouchObjects("pouch, batches", link, form: .batch))
    }
    return contest(
      .tls, size, workloads.map { Throughput($0, size: size) } + pouch(link, size))
  }

  private func roundTrips(_ carrier: Carrier) -> Contest {
    Contest(
      name: "round trip \(carrier) 64 B", unit: .microseconds,
      contenders: [
        RawRoundTrips(carrier: carrier), RawRoundTrips(carrier: carrier, polls: true),
        ZeroMQRoundTrips(carrier: carrier),
        NNGRoundTrips(carrier: carrier), NIORoundTrips(carrier: carrier),
        NIOAsyncRoundTrips(carrier: carrier), PouchRoundTrips(carrier: carrier),
        PouchReceipts(carrier: carrier),
      ])
  }
}
