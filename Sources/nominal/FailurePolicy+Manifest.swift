import ContentStore
import Manifests
import Pipeline

extension FailurePolicy {
    /// As a manifest says.
    init(_ section: ExecutionSection) {
        self.init(
            retries: Dictionary(
                section.retries.compactMap { name, count in FailureClass(rawValue: name).map { ($0, count) } }
            ) { first, _ in first },
            backOffSeconds: section.backOffSeconds, timeLimitSeconds: section.timeLimitSeconds,
            memoryLimitBytes: section.memoryLimitMiB.map { $0 << 20 })
    }
}
