// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import CSupport
internal import Sessions
internal import Support

@implementation @_cdecl("swiftsession_config_set_events")
public func swiftsession_config_set_events(
  _ config: OpaquePointer?, _ events: swiftsession_events?, _ context: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try required(config, .config, as: ConfigHandle.self).listener = events.map { events in
      { event in tell(event, events, context) }
    }
  }
}

@implementation @_cdecl("swiftsession_manager_metrics")
public func swiftsession_manager_metrics(
  _ manager: OpaquePointer?, _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let bytes = try required(manager, .manager, as: ManagerHandle.self).manager.metrics
    if let text { text.pointee = try copied(bytes).assumingMemoryBound(to: CChar.self) }
    size?.pointee = bytes.count
  }
}

private func tell(_ event: Event, _ events: swiftsession_events, _ context: UnsafeMutableRawPointer?) {
  event.names.withUnsafeBufferPointer { names in
    let name = { (index: Int) -> UnsafePointer<CChar>? in
      guard let start = names.baseAddress.map({ $0 + index * EventName.size }), start.pointee != 0 else { return nil }
      return UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
    }
    var told = swiftsession_event(
      size: MemoryLayout<swiftsession_event>.size, kind: event.kind.rawValue, reason: event.reason.rawValue,
      name: pointer(to: event.kind.name), session: name(0), previous: name(1), user: name(2))
    events(context, &told)
  }
}
