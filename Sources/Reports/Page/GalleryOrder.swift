/// The order in which the gallery opens: the worst misses first.
enum GalleryOrder {
    /// Misses first; within misses and within the rest, by how far the score lies on the wrong side of `threshold`:
    /// anomalous images with the lowest scores and normal images with the highest. Unlabelled images come with the
    /// highest score first. Equal images go by name.
    ///
    /// Without a threshold the median score of the gallery takes its place.
    static func worstFirst(_ items: [GalleryItem], threshold: Float?) -> [GalleryItem] {
        let reference = threshold ?? median(items.map(\.score).filter(\.isFinite))
        return items.sorted { left, right in
            if left.isMiss != right.isMiss { return left.isMiss }
            let leftSeverity = severity(of: left, reference: reference)
            let rightSeverity = severity(of: right, reference: reference)
            return leftSeverity != rightSeverity ? leftSeverity > rightSeverity : left.name < right.name
        }
    }

    /// How far a score lies on the wrong side. A score that is not a number is as wrong as can be.
    static func severity(of item: GalleryItem, reference: Float) -> Float {
        guard !item.score.isNaN else { return .infinity }
        return item.isAnomalous == true ? reference - item.score : item.score - reference
    }

    private static func median(_ scores: [Float]) -> Float {
        scores.isEmpty ? 0 : scores.sorted()[scores.count / 2]
    }
}
