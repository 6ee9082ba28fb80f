// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server that accepts connections and answers nothing.
enum PausedProcess {
  /// Comes back when every thread of the process stands: one takes the signal, and until it has, the others answer.
  static func pause(_ process: Int32) {
    kill(process, SIGSTOP)
    let tasks = "/proc/\(process)/task"
    while let threads = try? FileManager.default.contentsOfDirectory(atPath: tasks),
      threads.contains(where: { thread in
        let state = try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8)
        return state?.contains(") T ") == false
      })
    {
      usleep(1_000)
    }
  }

  static func resume(_ process: Int32) {
    kill(process, SIGCONT)
  }
}
