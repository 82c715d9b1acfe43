/// `docs/configuration.md`: what stands in the table, and how values come about.
package enum ConfigurationGuide {
  /// The whole page.
  package static var text: String {
    [opening, sources, values, sections(), stages(), checks].joined(separator: "\n")
  }

  private static let opening = """
    # Configuration

    <!-- Written from the table of settings in PouchConfiguration; a test compares them. -->

    `pouch-send` and `pouch-receive` read a YAML file (JSON is accepted) named by `--config`. The
    command gives the role: `pouch-send` reads a sender's configuration, `pouch-receive` a
    receiver's, and who connects and who listens has nothing to do with it. `Configs/` has an
    example for each transport, framing and stage. `--check` reads everything, starts nothing, and
    accepts only what a run would accept.

    ```yaml
    version: 1
    connect: tls://${POUCH_HOST:-localhost}:7447
    tls: {trust: ../Certs/ca.pem, certificate: ../Certs/sender.pem, key: ../Certs/sender.key}
    pipeline:                         # in the sender's order; the receiver reverses it
      - compress: {algorithm: deflate, level: 1, minimum: 512 B}
      - integrity: {algorithm: crc32c}
    delivery: {acknowledge: processed, window: 8 MiB, timeout: 30 s}
    ```

    Everything that is wrong is reported at once, with its place and what to do about it:

    ```
    Configs/sender.yaml:8:27: error: unknown algorithm 'zstandard' for 'compress'
       8 |   - compress: {algorithm: zstandard, level: 3}
         |                           ^~~~~~~~~
         = available: deflate, none
    1 error in 1 file. Nothing was started.
    ```

    The process then exits with 78, or with 64 when nothing but options of the command is wrong in
    itself. An editor with a YAML language server completes and checks a file that begins with
    `# yaml-language-server: $schema=sender.schema.json` (or `receiver.schema.json`) beside those
    of `Configs/`.

    """

  private static let sources = """
    ## Where a value comes from

    From low to high, each winning over those before it, setting by setting:

    1. the default;
    2. the file;
    3. the environment: `POUCH_LIMITS__FRAME` is `limits.frame`, `POUCH_TLS__SERVER_NAME` is
       `tls.server-name`. An empty variable counts as none, and those of the other role are left
       alone, so that both ends can share an environment;
    4. `--set limits.frame=8MiB`, the last one where there are several;
    5. a named option, such as `--to` for `connect`.

    A list replaces a list; named options that are given several times add up. `connect` from one
    source takes the place of `listen` from a lower one, and the reverse. Lists and sections outside
    a file are written as in YAML: `--set 'connect=[tcp://localhost:1, tcp://localhost:2]'`,
    `--set 'tls={trust: ca.pem}'`.

    """

  private static let values = """
    ## Values

    | kind | form |
    | --- | --- |
    | size | a number and a unit: B, KiB, MiB, GiB, TiB (powers of 1024), kB or KB, MB, GB, TB \
    (powers of 1000); a whole number alone is bytes |
    | duration | a number and a unit: ns, us, ms, s, min, h, d; a number alone is refused |
    | endpoint | `tcp://host:port`, `tls://host:port`, `unix:///path`, `unix:relative/path`, \
    `unix:@abstract`; IPv6 addresses in brackets. To listen, a name is every address that it has, \
    and `*` is every address of this machine |
    | path | in a file, relative to that file; elsewhere, to the current directory. `~/` at the \
    beginning is the home directory, `~user/` another's; `./~` is what is called so itself |

    In a file, variables of the environment are replaced in every value, after the YAML is parsed:

    | form | meaning |
    | --- | --- |
    | `${NAME}` | the variable; an error when it is not set |
    | `${NAME:-text}` | `text` when the variable is unset or empty; it may hold variables itself |
    | `${NAME:?text}` | an error that says `text` when the variable is unset or empty |
    | `$$` | a dollar sign |

    Inside `{ }` and `[ ]`, YAML wants a value with a variable in quotes:
    `{certificate: "${HOME}/me.pem"}`.

    """

  private static let checks = """
    ## What is checked besides

    - Exactly one of `connect` and `listen` says where; no endpoint is named twice; nobody connects
      to port 0; the directory of a socket to listen on exists and can be written to.
    - Plain `tcp` stays on loopback (127.0.0.0/8, `::1`) unless `insecure: true`. What counts is
      every address that a host's name resolves to, here and again when it is used, and not how it
      is spelt: this machine's own name will do where it is 127.0.1.1.
    - A `tls://` endpoint has `tls.trust`; to listen it has `tls.certificate` and `tls.key`, too.
      Only a listener with `peer-certificate: none` does without `trust`. To connect without a
      certificate is possible, and refused by every listener that demands one.
    - `tls` settings without a `tls://` endpoint are an error, because they look like a protection
      that is not there; not where an endpoint of a higher source, such as `--to`, took the place of
      the one that used them.
    - Files exist, can be read and hold what they should. Keys have no permission for group or
      others, whatever it is: `chmod 600`.
    - A pipeline has each stage once. `hmac-sha-256` has its key.
    - With `framing: length10` there are no frames, no hellos, no heartbeats, no acknowledgements
      and no pipeline: a setting of any of them is an error. A receiver's `formats` is then
      `pickle`, or not given.
    - `delivery.broadcast` is for a sender that listens. `input.each-line` is for text, `input.raw`
      for JSON, `output.strict` for `output.lines`, `pickle.numpy` for a receiver of pickles.
    - Objects go to one place: `output.directory`, `raw`, `lines` or `diagnostic`.
    - What is written to, is or can be made a directory that can be written to.

    """

  // MARK: The table

  private static func sections() -> String {
    var text = "## Settings\n\nThose of one role alone say so.\n"
    var names: [String?] = []
    for descriptor in Table.everything where !names.contains(descriptor.section) {
      names.append(descriptor.section)
    }
    for section in names {
      let descriptors = Table.everything.filter { $0.section == section }
      text += "\n### " + (section.map { "`\($0)`" } ?? "At the top") + "\n\n"
      if section == Table.pipeline.key { text += receiverPipeline }
      text += table(descriptors)
    }
    return text
  }

  private static let receiverPipeline = """
    A sender's `pipeline` is the list of stages below. A receiver's says which pipelines it accepts:
    security and integrity are demanded, never negotiated down. A sender whose pipeline lacks what
    is required, or has what is not allowed, is turned away with the difference in words.


    """

  private static func stages() -> String {
    var text = """
      ## Stages of a sender's pipeline

      Each entry of the list is a section with one key, as in `- compress: {algorithm: deflate}`.


      """
    for section in StageSection.allCases {
      text += "### `\(section.rawValue)`\n\n\(section.summary)\n\n"
      text += table(section.descriptors, namesRole: false) + "\n"
    }
    return text
  }

  private static func table(_ descriptors: [Descriptor], namesRole: Bool = true) -> String {
    var text = "| setting | value | default | |\n| --- | --- | --- | --- |\n"
    for descriptor in descriptors {
      let initial = descriptor.initial.map { "`\($0)`" }
      let cells = [
        "`\(descriptor.name)`", value(descriptor),
        initial ?? (descriptor.isRequired ? "required" : ""),
        (namesRole ? role(descriptor) : "") + descriptor.summary,
      ]
      text += "| " + cells.joined(separator: " | ") + " |\n"
    }
    return text
  }

  private static func role(_ descriptor: Descriptor) -> String {
    guard let role = descriptor.roles.first, descriptor.roles.count == 1 else { return "" }
    return "For a \(role.rawValue). "
  }

  private static func value(_ descriptor: Descriptor) -> String {
    guard let allowed = descriptor.allowed else { return descriptor.type }
    switch descriptor.type {
    case "word", "number": return allowed
    case "word, or a list of them": return "\(allowed), or a list of them"
    default: return "\(descriptor.type), \(allowed)"
    }
  }
}
