import Reports

/// What others reached on MVTec AD, as a mean over its 15 categories.
enum PublishedFigures {
    static let mvtecCategories: Set<String> = [
        "bottle", "cable", "capsule", "carpet", "grid", "hazelnut", "leather", "metal_nut", "pill", "screw", "tile",
        "toothbrush", "transistor", "wood", "zipper",
    ]

    static let mvtec = [
        PublishedFigure(
            name: "SSAE", imageAUROC: 0.998, pixelAUROC: 0.992,
            source: "Bauer, Nakajima and Müller, Mathematics 12 (2024) 3988, abstract; mean over 15 categories"),
        PublishedFigure(
            name: "SSAE, follow-up", imageAUROC: 0.999, pixelAUROC: 0.994,
            source: "arXiv 2511.07233, abstract; mean over 15 categories"),
        PublishedFigure(
            name: "NSA", imageAUROC: 0.972, pixelAUROC: 0.963,
            source: "arXiv 2109.15222; mean over 15 categories"),
        PublishedFigure(
            name: "DRAEM", imageAUROC: 0.981, pixelAUROC: 0.975,
            source: "README of VitjanZ/DRAEM; mean over 15 categories"),
        PublishedFigure(
            name: "PatchCore WR50", imageAUROC: 0.992, pixelAUROC: 0.981,
            source: "README of amazon-science/patchcore-inspection; mean over 15 categories"),
    ]
}
