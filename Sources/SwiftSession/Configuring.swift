// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Sessions
internal import Settings
internal import Support

/// Settings as a C caller gathers them.
final class ConfigHandle: Handle {
  var settings = Settings()
  var log = Log.silent
  var listener: Reporter.Listener?

  init() {
    super.init(.config)
  }
}

@implementation @_cdecl("swiftsession_config_new")
public func swiftsession_config_new(
  _ config: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try place(config, "config").pointee = ConfigHandle().retained()
  }
}

@implementation @_cdecl("swiftsession_config_free")
public func swiftsession_config_free(_ config: OpaquePointer?) {
  Handle.free(config, .config)
}

@implementation @_cdecl("swiftsession_config_set")
public func swiftsession_config_set(
  _ config: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(config).settings.set(try text(name, "name"), text: try text(value, "value"))
  }
}

@implementation @_cdecl("swiftsession_config_set_bytes")
public func swiftsession_config_set_bytes(
  _ config: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafeRawPointer?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(config).settings.set(try text(name, "name"), bytes: try data(value, size, "value"))
  }
}

@implementation @_cdecl("swiftsession_config_add")
public func swiftsession_config_add(
  _ config: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafeRawPointer?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(config).settings.add(try text(name, "name"), bytes: try data(value, size, "value"))
  }
}

@implementation @_cdecl("swiftsession_config_load")
public func swiftsession_config_load(
  _ config: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(config).settings.load(path: try text(path, "path"))
  }
}

@implementation @_cdecl("swiftsession_config_environment")
public func swiftsession_config_environment(
  _ config: OpaquePointer?, _ prefix: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(config).settings.loadEnvironment(prefix: try text(prefix, "prefix"))
  }
}

@implementation @_cdecl("swiftsession_config_set_log")
public func swiftsession_config_set_log(
  _ config: OpaquePointer?, _ log: swiftsession_log?, _ context: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(config).log = Log(log, context: context)
  }
}

private func handle(_ config: OpaquePointer?) throws(Failure) -> ConfigHandle {
  try required(config, .config, as: ConfigHandle.self)
}
