// SPDX-License-Identifier: Apache-2.0
package import Sessions

extension SessionManager {
  /// A request with this Cookie header.
  package func open(_ header: String) -> Session {
    Array(header.utf8).withUnsafeBufferPointer { open($0) }
  }
}

extension Session {
  /// The value of the Set-Cookie line, cut to what a browser sends back where it sets one.
  package var cookie: String? {
    guard let line = headers.first(where: { "\($0.name)" == "Set-Cookie" }) else { return nil }
    let text = String(decoding: line.value, as: UTF8.self)
    return text.hasPrefix("session=;") ? text : text.split(separator: ";").first.map(String.init)
  }
}
