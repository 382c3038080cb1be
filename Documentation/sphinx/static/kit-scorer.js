/* SPDX-License-Identifier: GPL-2.0-only */
/* How the search ranks its hits, and where its summaries come from. KIT_TEXTS is
 * the text of each page; a browser that shows a file lets it read no other. */
const kitTexts = typeof KIT_TEXTS === "undefined" ? {} : KIT_TEXTS;
const kitAsked = (new URLSearchParams(window.location.search).get("q") || "").toLowerCase().trim();
const kitFetch = window.fetch;

window.fetch = (address, ...rest) => {
	const page = Object.keys(kitTexts).find((name) => String(address).endsWith("/" + name + ".html") || String(address) === name + ".html");
	if (page === undefined)
		return kitFetch(address, ...rest);
	const made = document.createElement("div");
	made.setAttribute("role", "main");
	made.textContent = kitTexts[page];
	return Promise.resolve(new Response(made.outerHTML));
};

/* How much a page is about what was asked: how often it says it, the whole phrase
 * before its words, in a page of its length. */
const kitAbout = (page) => {
	const text = (kitTexts[page] || "").toLowerCase();
	const times = (words) => text.split(words).length - 1;
	if (!kitAsked || !text)
		return 0;
	const single = kitAsked.split(/\s+/).map(times).reduce((a, b) => a + b, 0);
	const thousands = 1 + text.length / 5000;
	return Math.min(20, 4 * times(kitAsked) / thousands) + Math.min(5, single / thousands);
};

var Scorer = {
	score: ([page, title, anchor, descr, score]) => {
		const plain = title.toLowerCase();
		const named = plain.includes(kitAsked) ? 10 : 0;
		const lesson = /^(nsproxy|netns|pid)\/|^(rcu-first|glossary)$/.test(page) ? 10 : 0;
		return score + kitAbout(page) + named + lesson;
	},
	objNameMatch: 11,
	objPartialMatch: 6,
	objPrio: { 0: 15, 1: 5, 2: -5 },
	objPrioDefault: 0,
	title: 15,
	partialTitle: 7,
	term: 5,
	partialTerm: 2,
};
