/* SPDX-License-Identifier: GPL-2.0-only */
/* How the search ranks its hits, and where its summaries come from. KIT_TEXTS is
 * the text of each page; a browser that shows a file lets it read no other. */
const kitTexts = typeof KIT_TEXTS === "undefined" ? {} : KIT_TEXTS;
const kitAsked = (new URLSearchParams(window.location.search).get("q") || "").toLowerCase().trim();
const kitFetch = window.fetch;
const kitSmall = new Set("and are but does for from has have how its not that the then what when where which who why with you was".split(" "));

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
	const words = kitAsked.split(/[^\w]+/).filter((word) => word.length > 2 && !kitSmall.has(word));
	const sum = (all) => all.map(times).reduce((a, b) => a + b, 0);
	const pairs = words.slice(1).map((word, n) => `${words[n]} ${word}`);
	const thousands = 1 + text.length / 5000;
	return Math.min(20, 4 * (pairs.length ? sum(pairs) : times(kitAsked)) / thousands) +
		Math.min(5, sum(words) / thousands);
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

/* A page must have all words that were asked for. Where none has, as of a whole question,
 * pages that lack one of them will do, then two, as long as they have two at least. */
const kitFewer = (search, words) => {
	let sets = [words], found = [];
	while (!found.length && sets[0].length > 2 && sets.length < 60) {
		const shorter = sets.flatMap((set) => set.map((_, left) => set.filter((__, n) => n !== left)));
		sets = [...new Map(shorter.map((set) => [set.join(" "), set])).values()];
		const pages = new Map();
		for (const hit of sets.flatMap(search))
			if (!pages.has(hit[0]) || pages.get(hit[0])[4] < hit[4])
				pages.set(hit[0], hit);
		found = [...pages.values()];
	}
	return found;
};

document.addEventListener("readystatechange", () => {
	if (document.readyState !== "interactive" || typeof Search === "undefined")
		return;
	const all = Search.performTermsSearch;
	Search.performTermsSearch = (words, without, ...rest) => {
		const found = all(words, without, ...rest);
		return found.length ? found :
			kitFewer((set) => all(new Set(set), without, ...rest), [...words]);
	};
});
