/* SPDX-License-Identifier: GPL-2.0-only */
/* What scrolls sideways can be reached and scrolled by the keyboard; so can the lists of
 * pages and of sections where they are drawers; what a link leads to is unfolded; all is
 * unfolded on paper. */
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

	// A drawer that is closed is off the screen: nothing in it must get the focus.
	const drawers = [["__navigation", ".sidebar-drawer"], ["__toc", ".toc-drawer"]];
	const close = () => {
		for (const [id, drawer] of drawers) {
			const box = document.getElementById(id), side = document.querySelector(drawer);
			if (!box || !side)
				continue;
			const handles = [...document.querySelectorAll(`button[data-kit-opens="${id}"]`)];
			side.inert = !box.checked && handles.some((h) => h.getClientRects().length);
			handles.forEach((h) => h.setAttribute("aria-expanded", box.checked));
		}
	};
	// The theme opens them by labels, which no keyboard reaches.
	const handle = () => {
		for (const [id, drawer] of drawers) {
			const box = document.getElementById(id), side = document.querySelector(drawer);
			if (!box || !side)
				continue;
			let last = null;
			for (const label of document.querySelectorAll(`label[for="${id}"]:is(.nav-overlay-icon, .toc-overlay-icon)`)) {
				const button = document.createElement("button");
				button.type = "button";
				button.className = label.className;
				button.dataset.kitOpens = id;
				button.append(...label.childNodes);
				label.replaceWith(button);
				button.addEventListener("click", () => {
					last = button;
					box.checked = !box.checked;
					close();
					if (box.checked)
						side.querySelector("a, input")?.focus();
				});
			}
			box.addEventListener("change", close);
			side.addEventListener("keydown", (event) => {
				if (event.key !== "Escape" || !box.checked)
					return;
				box.checked = false;
				close();
				last?.focus();
			});
		}
		close();
	};

	const start = () => {
		reach();
		unfold();
		handle();
		addEventListener("resize", reach);
		addEventListener("resize", close);
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
