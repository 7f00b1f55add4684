"use strict";
// Zoom, pan, search and selection for the lineage graph. Without scripts, the page shows the whole graph.
(() => {
    const svg = document.querySelector(".provenance-graph svg");
    const boxes = [...svg.querySelectorAll(".box")];
    const edges = [...svg.querySelectorAll(".edge")];
    const details = new Map([...document.querySelectorAll("[data-details]")].map(item => [item.dataset.details, item]));
    const hint = document.querySelector(".hint");
    const found = document.querySelector(".provenance-found");
    const search = document.querySelector(".provenance-search");
    const whole = svg.viewBox.baseVal;
    const full = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
    let view = { ...full };

    const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);

    const zoom = (factor, at) => {
        const width = Math.min(Math.max(view.width * factor, 150), full.width * 2);
        const scale = width / view.width;
        view = {
            x: at.x - (at.x - view.x) * scale, y: at.y - (at.y - view.y) * scale,
            width, height: view.height * scale,
        };
        show();
    };
    const middle = () => ({ x: view.x + view.width / 2, y: view.y + view.height / 2 });

    // The graph coordinates of a pointer.
    const place = event => {
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
        return { x: point.x, y: point.y };
    };

    svg.addEventListener("wheel", event => {
        event.preventDefault();
        zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, place(event));
    }, { passive: false });

    let grip = null;
    svg.addEventListener("pointerdown", event => {
        if (event.button === 0) { grip = { ...place(event), moved: false }; }
    });
    window.addEventListener("pointermove", event => {
        if (!grip) { return; }
        const now = place(event);
        if (Math.hypot(now.x - grip.x, now.y - grip.y) > view.width / 200) { grip.moved = true; }
        if (grip.moved) {
            view.x -= now.x - grip.x;
            view.y -= now.y - grip.y;
            show();
        }
    });
    window.addEventListener("pointerup", event => {
        const moved = grip && grip.moved;
        grip = null;
        const box = event.target.closest && event.target.closest(".box");
        if (box && !moved) { choose(box.dataset.node); }
    });

    document.querySelector(".zoom-in").addEventListener("click", () => zoom(1 / 1.3, middle()));
    document.querySelector(".zoom-out").addEventListener("click", () => zoom(1.3, middle()));
    document.querySelector(".zoom-fit").addEventListener("click", () => { view = { ...full }; show(); });

    const reach = (start, here, there) => {
        const reached = new Set([start]);
        const pending = [start];
        while (pending.length) {
            const node = pending.pop();
            for (const edge of edges) {
                if (edge.dataset[here] === node && !reached.has(edge.dataset[there])) {
                    reached.add(edge.dataset[there]);
                    pending.push(edge.dataset[there]);
                }
            }
        }
        return reached;
    };

    // Shows the details of a box and highlights its inputs and outputs.
    function choose(node) {
        for (const item of details.values()) { item.hidden = item.dataset.details !== node; }
        hint.hidden = true;
        const sources = reach(node, "to", "from");
        const users = reach(node, "from", "to");
        for (const box of boxes) {
            const name = box.dataset.node;
            box.classList.toggle("chosen", name === node);
            box.classList.toggle("faint", !sources.has(name) && !users.has(name));
        }
        for (const edge of edges) {
            const { from, to } = edge.dataset;
            const isOnTheWay = (sources.has(from) && sources.has(to)) || (users.has(from) && users.has(to));
            edge.classList.toggle("faint", !isOnTheWay);
        }
    }

    svg.addEventListener("keydown", event => {
        const box = event.target.closest(".box");
        if (box && (event.key === "Enter" || event.key === " ")) {
            event.preventDefault();
            choose(box.dataset.node);
        }
    });

    // Made at the first search: a lineage may name a hundred thousand images.
    let index = null;
    const words = () => index ??= new Map([...details].map(([node, item]) => [node, item.textContent.toLowerCase()]));

    search.addEventListener("input", () => {
        const text = search.value.trim().toLowerCase();
        let count = 0;
        let first = null;
        for (const box of boxes) {
            const isFound = text !== "" && words().get(box.dataset.node).includes(text);
            box.classList.toggle("found", isFound);
            if (isFound) { count += 1; first ??= box; }
        }
        for (const line of document.querySelectorAll(".provenance-files li.found")) { line.classList.remove("found"); }
        found.textContent = text === "" ? `${boxes.length} boxes` : `${count} of ${boxes.length} boxes`;
        if (count !== 1) { return; }
        choose(first.dataset.node);
        for (const line of details.get(first.dataset.node).querySelectorAll(".provenance-files li")) {
            if (line.textContent.toLowerCase().includes(text)) {
                line.classList.add("found");
                line.scrollIntoView({ block: "nearest" });
            }
        }
    });
})();
