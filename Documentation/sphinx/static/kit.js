/* SPDX-License-Identifier: GPL-2.0-only */
/* What scrolls sideways can be reached and scrolled by the keyboard; what a link
 * leads to is unfolded; all is unfolded on paper. */
(() => {
	const SCROLLS = "pre, figure.diagram, .table-wrapper, .lab-diff-wide, .content article table.docutils";

	const name = (box) => {
		const caption = box.querySelector("figcaption, caption, .caption-text") ||
			(box.closest(".literal-block-wrapper") || box).querySelector(".caption-text");
		const said = caption ? caption.textContent.replace(/[\s¶#]+/g, " ").trim().slice(0, 100) : "";
		return (said || (box.tagName === "PRE" ? "code" : "table")) + " (scrolls sideways)";
	};

	const reach = () => {
		for (const box of document.querySelectorAll(SCROLLS)) {
			const hidden = box.scrollWidth > box.clientWidth + 1 &&
				/auto|scroll/.test(getComputedStyle(box).overflowX);
			if (hidden && !box.hasAttribute("tabindex")) {
				box.tabIndex = 0;
				box.dataset.kitReached = "";
				if (!/^(TABLE|FIGURE)$/.test(box.tagName)) {
					box.setAttribute("role", "group");
					box.setAttribute("aria-label", name(box));
				}
			} else if (!hidden && "kitReached" in box.dataset) {
				for (const given of ["tabindex", "role", "aria-label", "data-kit-reached"])
					box.removeAttribute(given);
			}
		}
	};

	const unfold = () => {
		let at = null;
		try {
			at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
		} catch { /* not an anchor */ }
		if (!at || !location.hash)
			return;
		const folded = [...at.querySelectorAll(":scope > details")];
		for (let up = at; up; up = up.parentElement)
			if (up.tagName === "DETAILS")
				folded.push(up);
		if (folded.some((box) => !box.open)) {
			folded.forEach((box) => { box.open = true; });
			at.scrollIntoView();
		}
	};

	const start = () => {
		reach();
		unfold();
		addEventListener("resize", reach);
		addEventListener("hashchange", unfold);
		addEventListener("toggle", reach, true);
		addEventListener("beforeprint", () => {
			document.querySelectorAll("details:not([open])").forEach((box) => { box.open = true; });
		});
	};
	if (document.readyState === "loading")
		document.addEventListener("DOMContentLoaded", start);
	else
		start();
})();
