// SPDX-License-Identifier: Apache-2.0

/// One line to append to the response.
package struct HeaderLine {
  package let name: StaticString
  package let value: [UInt8]
}
