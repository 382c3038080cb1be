# SPDX-License-Identifier: GPL-2.0-only
"""The index says where a term of the glossary is taught, not only where it is defined.

A section teaches a term that stands in its title, or that it comes back to. Of each term
the index has the few sections that do so most, or the one that does at all. Nobody has to
write such an entry.
"""
import collections
import re

from docutils import nodes

from terms import terms_of

TITLE, OFTEN, MOST = 8, 3, 3    # a title counts as so many; a section teaches from; at most
LEFT_OUT = (nodes.section, nodes.literal_block, nodes.raw, nodes.table, nodes.title)
# Lists of other things, in which a term is named and not explained.
NOT_IN = re.compile(r"(genindex|search|index|seeds|book|running/.*|api/.*|claims/.*|debug/.*|labs/.*"
                    r"|instructor/.*|.*/changes)$")


def words_of(node):
    """What a section itself says: without its sections, titles, code and tables."""
    for child in node.children:
        if isinstance(child, LEFT_OUT):
            continue
        if isinstance(child, nodes.Text):
            yield child.astext()
        else:
            yield from words_of(child)


def scores(doctree, pattern):
    """{(term, section's anchor): how much the section is about it}."""
    found = collections.Counter()
    for section in doctree.findall(nodes.section):
        anchor = section["ids"][0]
        for text, worth in ((section[0].astext(), TITLE), (" ".join(words_of(section)), 1)):
            for match in pattern.finditer(text):
                found[" ".join(match[1].lower().split()), anchor] += worth
    return found


def taught(env):
    """{term: [(page, anchor)]}, the best first."""
    found, pattern = terms_of(env)
    by_term = collections.defaultdict(list)
    if pattern is None:
        return by_term
    glossary = {where[0] for where in found.values()}
    for page in sorted(env.found_docs - glossary):
        if NOT_IN.match(page):
            continue
        for (term, anchor), score in scores(env.get_doctree(page), pattern).items():
            by_term[term].append((-score, page, anchor))
    return {term: [(page, anchor) for n, (score, page, anchor) in enumerate(sorted(rows)[:MOST])
                   if -score >= OFTEN or not n]
            for term, rows in by_term.items()}


def names(env):
    """{lower-case term: as the glossary writes it}."""
    return {name.lower(): name for kind, name in env.get_domain("std").objects if kind == "term"}


def into_index(app, env):
    entries = env.get_domain("index").entries
    for page, row in getattr(env, "kit_concepts", ()):      # of the build before
        if row in entries.get(page, ()):
            entries[page].remove(row)
    written = names(env)
    env.kit_concepts = [(page, ("single", written[term], anchor, "", None))
                        for term, places in taught(env).items() for page, anchor in places]
    for page, row in env.kit_concepts:
        entries.setdefault(page, []).append(row)
    return []


def setup(app):
    # After terms.forget(): what the glossary has now.
    app.connect("env-updated", into_index, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
