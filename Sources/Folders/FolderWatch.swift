import Glibc

/// Waits for changes in folders (inotify). It is a wake-up only: file systems of other machines report nothing, so a
/// caller looks again from time to time.
package final class FolderWatch {
    private let descriptor: Int32
    private var watched: [String: Int32] = [:]

    /// Without support by the system, `wait` only waits.
    package init() {
        descriptor = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches exactly these folders; those that cannot be watched are left out.
    package func watch(_ folders: Set<String>) {
        guard descriptor >= 0 else { return }
        for (folder, number) in watched where !folders.contains(folder) {
            inotify_rm_watch(descriptor, number)
            watched[folder] = nil
        }
        let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)
        for folder in folders where watched[folder] == nil {
            let number = unsafe inotify_add_watch(descriptor, folder.systemPath, events)
            if number >= 0 { watched[folder] = number }
        }
    }

    /// Waits for a change in a watched folder, at most for `seconds`. False if there was none.
    package func wait(seconds: Double) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        unsafe poll(&request, 1, Int32(max(0, min(seconds, 3600)) * 1000))
        guard descriptor >= 0 else { return false }
        // All events mean the same, so they are dropped.
        return unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
            var isChanged = false
            while unsafe read(descriptor, buffer.baseAddress, buffer.count) > 0 { isChanged = true }
            return isChanged
        }
    }
}
