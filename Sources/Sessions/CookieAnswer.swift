// SPDX-License-Identifier: Apache-2.0

/// What a saved session asks of the browser.
package enum CookieAnswer {
  case nothing
  /// - Parameter expires: in seconds since 1970; nil for a cookie that ends with the browser.
  case set(value: [UInt8], expires: Int64?)
  case delete
}
