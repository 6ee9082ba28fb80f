// SPDX-License-Identifier: Apache-2.0
package import Sessions

/// A browser on one site, over HTTPS: what it keeps of Set-Cookie lines and sends back (RFC 6265bis, sections 5.4 to 5.7).
package final class Browser {
  package struct Cookie {
    package var name: String
    package var value: String
    package var domain: String?
    package var path: String
    package var isSecure: Bool
  }

  package private(set) var cookies: [Cookie] = []
  /// The lines that it kept nothing of.
  package private(set) var refused: [String] = []

  package init() {}

  package var header: String { cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; ") }

  package func take(_ session: Session) {
    for line in session.headers where "\(line.name)" == "Set-Cookie" {
      take(String(decoding: line.value, as: UTF8.self))
    }
  }

  package func take(_ line: String) {
    let parts = line.split(separator: ";").map { $0.drop { $0 == " " } }
    let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var attributes: [String: String] = [:]
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      attributes[pair[0].lowercased()] = pair.count > 1 ? String(pair[1]) : ""
    }
    let cookie = Cookie(
      name: pair[0], value: pair[1], domain: attributes["domain"], path: attributes["path"] ?? "/",
      isSecure: attributes["secure"] != nil)
    guard isKept(cookie, attributes) else { return refused.append(line) }
    let index = cookies.firstIndex { $0.name == cookie.name && $0.domain == cookie.domain && $0.path == cookie.path }
    if attributes["max-age"].flatMap({ Int($0) }) ?? 1 <= 0 {
      if let index { cookies.remove(at: index) }
    } else if let index {
      cookies[index] = cookie
    } else {
      cookies.append(cookie)
    }
  }

  private func isKept(_ cookie: Cookie, _ attributes: [String: String]) -> Bool {
    guard cookie.name.utf8.count + cookie.value.utf8.count <= 4096 else { return false }
    let name = cookie.name.lowercased()
    if name.hasPrefix("__secure-") { return cookie.isSecure }
    if name.hasPrefix("__host-") {
      return cookie.isSecure && attributes["domain"] == nil && attributes["path"] == "/"
    }
    return attributes["samesite"] != "None" && attributes["partitioned"] == nil || cookie.isSecure
  }

  /// Puts another value in the place of one, as somebody may who has the browser.
  package func change(_ name: String, _ value: String?) {
    guard let index = cookies.firstIndex(where: { $0.name == name }) else { return }
    if let value { cookies[index].value = value } else { cookies.remove(at: index) }
  }

  package func value(_ name: String) -> String? { cookies.first { $0.name == name }?.value }
}
