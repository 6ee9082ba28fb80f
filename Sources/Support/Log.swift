// SPDX-License-Identifier: Apache-2.0

/// Where events go that no caller sees otherwise: to the host's function, or nowhere.
package struct Log {
  package typealias Function = @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?) -> Void

  package enum Level: Int32 {
    case info = 1
    case warning = 2
  }

  private let function: Function?
  private let context: UnsafeMutableRawPointer?

  package static var silent: Log { Log(nil, context: nil) }

  package init(_ function: Function?, context: UnsafeMutableRawPointer?) {
    self.function = function
    self.context = context
  }

  /// - Parameter message: never holds a key, an id or a cookie's value.
  package func callAsFunction(_ level: Level, _ message: @autoclosure () -> Message) {
    guard let function else { return }
    message().text.withCString { function(context, level.rawValue, $0) }
  }
}
