// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Sessions
@testable import Settings
@testable import Stores
@testable import Support

@Suite struct CallLimitTests {
  @Test func aCallHasFiveSecondsOrTheTimeThatIsSet() throws {
    let call = CallLimit(Settings()).call(now: 7)
    #expect(call.now == 7)
    #expect(4_000...5_000 ~= call.deadline.remaining)
    #expect(0...250 ~= (try limit("0.25").call(now: 7).deadline.remaining))
    #expect(59_000...60_000 ~= (try limit("60").call(now: 7).deadline.remaining))
  }

  private func limit(_ seconds: Text) throws -> CallLimit {
    var settings = Settings()
    try settings.set("SESSION_TIMEOUT", text: seconds)
    return CallLimit(settings)
  }
}
