import Folders
import Foundation

/// Opens pages in the browser of the desktop.
enum ReportViewer {
    /// Calls xdg-open without waiting for the browser. Without a desktop, as over ssh, prints the address instead.
    static func open(_ path: String) {
        let address = URL(filePath: path).absoluteURL.absoluteString
        let hasDesktop = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"].contains {
            PathText.environment($0)?.isEmpty == false
        }
        if hasDesktop, start("xdg-open", address) { return }
        print("open this address in a browser: \(address)")
    }

    /// Returns false if there is no such program.
    private static func start(_ program: String, _ argument: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "command -v \"$0\" >/dev/null && exec setsid -f \"$0\" \"$1\" >/dev/null 2>&1", program, argument,
        ]
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
