// SPDX-License-Identifier: Apache-2.0
internal import Settings

/// What the connections to a server may take, by the same settings for every server.
protocol PooledOptions {
  var poolSize: Int { get set }
  /// Milliseconds.
  var connectTimeout: Int64 { get set }
  /// Milliseconds for which a connection that nobody uses is kept.
  var idleTime: Int64 { get set }
}

extension PooledOptions {
  mutating func readPool(_ settings: Settings) {
    if let size = settings.number(.poolSize) { poolSize = Int(size) }
    if let time = settings.milliseconds(.connectTimeout) { connectTimeout = time }
    if let time = settings.milliseconds(.poolIdle) { idleTime = time }
  }
}
