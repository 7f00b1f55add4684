"use strict";
(() => {
    const all = (root, selector) => Array.from(root.querySelectorAll(selector));
    const missing = "–";

    // Little-endian float32 in base64, ascending.
    const decodeScores = (text) => {
        const bytes = Uint8Array.from(atob(text || ""), (character) => character.charCodeAt(0));
        const view = new DataView(bytes.buffer);
        return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
    };

    // The number of scores (ascending) at or above the threshold.
    const countFrom = (scores, threshold) => {
        let low = 0;
        let high = scores.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (scores[middle] < threshold) low = middle + 1;
            else high = middle;
        }
        return scores.length - low;
    };

    const ratio = (part, whole) => (whole === 0 ? null : part / whole);
    const clamp = (value) => Math.min(1, Math.max(0, value));

    const makeAxis = (data) => {
        const lower = Number(data.lower);
        const upper = Number(data.upper);
        if (data.scale === "logarithmic") {
            return {
                position: (value) => (value > 0 ? clamp(Math.log(value / lower) / Math.log(upper / lower)) : 0),
                value: (position) => lower * Math.exp(position * Math.log(upper / lower)),
            };
        }
        return {
            position: (value) => clamp((value - lower) / (upper - lower)),
            value: (position) => lower + position * (upper - lower),
        };
    };

    const plotOf = (mark) => {
        const [left, top, width, height] = mark.closest("[data-plot]").dataset.plot.split(" ").map(Number);
        return { left, top, width, height };
    };

    // The gallery: order, filters, and verdicts at the current threshold.
    const setUpGallery = (block, calibrated) => {
        const list = block.querySelector(".gallery");
        const controls = block.querySelector(".controls");
        const find = (name) => controls.querySelector(`.${name}`);
        const filters = {
            sort: find("sort"), kind: find("kind"), label: find("label"), missed: find("missed"),
            uncertain: find("uncertain"),
        };
        const items = all(list, "li").map((element) => ({
            element,
            name: element.querySelector("bdi").textContent,
            tag: element.querySelector("i"),
            verdict: element.querySelector(".verdict"),
            score: Number(element.dataset.s),
            label: element.dataset.l,
            kind: element.dataset.k,
            isMiss: element.classList.contains("miss"),
            confidence: element.querySelector(".confidence"),
            sureness: element.dataset.c === undefined ? Infinity : Number(element.dataset.c),
            isUncertain: element.dataset.u !== undefined,
        }));
        for (const item of items) {
            item.rank = Number.isNaN(item.score) ? Infinity : item.score;
            item.original = { isMiss: item.isMiss, verdict: item.verdict && item.verdict.textContent };
        }
        const finite = items.map((item) => item.score).filter(Number.isFinite).sort((a, b) => a - b);
        const median = finite.length ? finite[finite.length >> 1] : 0;
        let threshold = calibrated;

        const severity = (item) => {
            if (Number.isNaN(item.score)) return Infinity;
            const distance = item.score - (threshold ?? median);
            return item.label === "a" ? -distance : distance;
        };
        const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
        const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);
        const orders = {
            misses: (a, b) => Number(b.isMiss) - Number(a.isMiss) || compare(severity(b), severity(a)) || byName(a, b),
            descending: (a, b) => compare(b.rank, a.rank) || byName(a, b),
            ascending: (a, b) => compare(a.rank, b.rank) || byName(a, b),
            confidence: (a, b) => compare(a.sureness, b.sureness) || byName(a, b),
            name: byName,
        };

        const filter = () => {
            let shown = 0;
            for (const item of items) {
                const isShown =
                    (filters.kind.value === "" || filters.kind.value === item.kind) &&
                    (!filters.label || filters.label.value === "" || filters.label.value === item.label) &&
                    (!filters.missed || !filters.missed.checked || item.isMiss) &&
                    (!filters.uncertain || !filters.uncertain.checked || item.isUncertain);
                item.element.hidden = !isShown;
                shown += Number(isShown);
            }
            find("shown").textContent = `${shown} of ${items.length}`;
        };
        const order = () => list.append(...items.sort(orders[filters.sort.value]).map((item) => item.element));

        const judge = (newThreshold) => {
            threshold = newThreshold;
            const isCalibrated = threshold === calibrated;
            for (const item of items) {
                const isCalled = item.score >= threshold;
                const isWrong = item.label !== "" && isCalled !== (item.label === "a");
                item.isMiss = isCalibrated ? item.original.isMiss : isWrong;
                item.element.classList.toggle("miss", item.isMiss);
                // Confidence refers to the verdict at the calibrated threshold.
                if (item.confidence) item.confidence.hidden = !isCalibrated;
                item.tag.textContent = !item.isMiss ? "" : item.label === "a" ? "missed" : "false alarm";
                if (item.verdict) {
                    const verdict = isCalled ? "anomalous" : "normal";
                    item.verdict.textContent = isCalibrated ? item.original.verdict : verdict;
                }
            }
            filter();
        };

        for (const control of [filters.kind, filters.label, filters.missed, filters.uncertain]) {
            if (control) control.addEventListener("change", filter);
        }
        filters.sort.addEventListener("change", order);
        controls.hidden = false;
        return { judge, order };
    };

    const setUpThreshold = (section, gallery, calibrated) => {
        const panel = section.querySelector(".threshold-panel");
        const axis = makeAxis(panel.dataset);
        const normal = decodeScores(panel.dataset.normal);
        const anomalous = decodeScores(panel.dataset.anomalous);
        const unlabelled = decodeScores(panel.dataset.unlabelled);
        const slider = section.querySelector(".threshold-slider");
        const number = panel.querySelector(".threshold-number");
        const reset = panel.querySelector(".reset");
        const line = section.querySelector(".threshold");
        const uncertainLine = panel.querySelector(".uncertain-line");
        const operatingPoint = section.querySelector(".operating-point");
        const application = panel.querySelector(".application");

        const write = (name, value) => {
            const target = panel.querySelector(`.${name}`);
            if (target) target.textContent = value;
        };
        const writeRate = (name, value) => write(name, value === null ? missing : value.toFixed(4));

        const show = (threshold) => {
            const falsePositives = countFrom(normal, threshold);
            const truePositives = countFrom(anomalous, threshold);
            const recall = ratio(truePositives, anomalous.length);
            const falseAlarms = ratio(falsePositives, normal.length);
            write("tn", normal.length - falsePositives);
            write("fp", falsePositives);
            write("fn", anomalous.length - truePositives);
            write("tp", truePositives);
            writeRate("precision", ratio(truePositives, truePositives + falsePositives));
            writeRate("recall", recall);
            writeRate("alarms", falseAlarms);
            write("flagged", countFrom(unlabelled, threshold));

            const plot = plotOf(line);
            const position = axis.position(threshold);
            line.removeAttribute("display");
            line.setAttribute("transform", `translate(${plot.left + position * plot.width} 0)`);
            const label = line.querySelector("text");
            label.setAttribute("x", position > 0.8 ? -6 : 6);
            label.setAttribute("text-anchor", position > 0.8 ? "end" : "start");
            if (operatingPoint && recall !== null && falseAlarms !== null) {
                const roc = plotOf(operatingPoint);
                operatingPoint.setAttribute("cx", roc.left + falseAlarms * roc.width);
                operatingPoint.setAttribute("cy", roc.top + (1 - recall) * roc.height);
            }
            // Uncertainty refers to the calibrated threshold.
            for (const part of all(section, ".scores svg[data-plot] .band")) part.toggleAttribute("hidden", threshold !== calibrated);
            if (uncertainLine) uncertainLine.hidden = threshold !== calibrated;
            if (gallery) gallery.judge(threshold);
            if (application) {
                const text = String(Number(number.value));
                application.querySelector(".command").textContent = `${panel.dataset.command} ${text} IMAGES`;
                application.querySelector(".setting").textContent = `"calibration": { "threshold": ${text} }`;
                // The threshold in force needs no instructions.
                application.hidden = threshold === calibrated || !Number.isFinite(threshold);
            }
        };
        const placeSlider = (threshold) => { slider.value = Math.round(1000 * axis.position(threshold)); };
        const reorder = () => { if (gallery) gallery.order(); };

        slider.addEventListener("input", () => {
            const threshold = Math.fround(Number(axis.value(slider.value / 1000).toPrecision(4)));
            number.value = Number(threshold.toPrecision(4));
            show(threshold);
        });
        number.addEventListener("input", () => {
            if (number.value === "") return;
            const threshold = Math.fround(Number(number.value));
            placeSlider(threshold);
            show(threshold);
        });
        slider.addEventListener("change", reorder);
        number.addEventListener("change", reorder);
        if (reset) {
            reset.addEventListener("click", () => {
                number.value = panel.dataset.threshold;
                placeSlider(calibrated);
                show(calibrated);
                reorder();
            });
        }
        slider.hidden = false;
        for (const controls of all(panel, ".controls")) controls.hidden = false;
    };

    // Clicking a heading sorts the table.
    const setUpTable = (table) => {
        const headings = all(table.tHead, "th");
        const body = table.tBodies[0];
        // Small numbers are written as 5×10⁻⁵.
        const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        const key = (row, column) => {
            const [digits, power] = row.cells[column].textContent.replaceAll("−", "-").split(/×?10(?=[⁻⁰-⁹¹²³])/);
            if (power === undefined) return Number.parseFloat(digits);
            const exponent = Array.from(power, (mark) => (mark === "⁻" ? "-" : superscripts.indexOf(mark))).join("");
            return Number.parseFloat(`${digits || 1}e${exponent}`);
        };
        // Rows without a value come last in either direction.
        const compare = (a, b, column, sign) => {
            if (column === 0) {
                const [nameA, nameB] = [a, b].map((row) => row.cells[0].textContent);
                return sign * nameA.localeCompare(nameB, "en", { numeric: true });
            }
            const [valueA, valueB] = [a, b].map((row) => key(row, column));
            if (Number.isNaN(valueA) || Number.isNaN(valueB)) return Number.isNaN(valueA) - Number.isNaN(valueB);
            return sign * (valueA - valueB);
        };
        headings.forEach((heading, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...heading.childNodes);
            heading.append(button);
            button.addEventListener("click", () => {
                const isAscending = heading.getAttribute("aria-sort") !== "ascending";
                for (const other of headings) other.removeAttribute("aria-sort");
                heading.setAttribute("aria-sort", isAscending ? "ascending" : "descending");
                const sign = isAscending ? 1 : -1;
                body.append(...Array.from(body.rows).sort((a, b) => compare(a, b, column, sign)));
            });
        });
    };

    const categories = all(document, "details.category");
    for (const section of categories) {
        const panel = section.querySelector(".threshold-panel");
        const text = panel && panel.dataset.threshold;
        const calibrated = text === undefined || text === null ? undefined : Math.fround(Number(text));
        const block = section.querySelector(".gallery-block");
        const gallery = block && setUpGallery(block, calibrated);
        if (panel) setUpThreshold(section, gallery, calibrated);
    }
    for (const table of all(document, "table.figures")) setUpTable(table);

    const openTarget = () => {
        const target = document.getElementById(location.hash.slice(1));
        if (target && target.tagName === "DETAILS") {
            target.open = true;
            target.scrollIntoView();
        }
    };
    addEventListener("hashchange", openTarget);
    openTarget();

    const setAll = (isOpen) => { for (const section of categories) section.open = isOpen; };
    for (const button of all(document, ".open-all")) {
        button.addEventListener("click", () => setAll(true));
        button.parentElement.hidden = false;
    }
    for (const button of all(document, ".close-all")) button.addEventListener("click", () => setAll(false));
    let closed = [];
    addEventListener("beforeprint", () => {
        closed = categories.filter((section) => !section.open);
        setAll(true);
    });
    addEventListener("afterprint", () => {
        for (const section of closed) section.open = false;
    });
})();
