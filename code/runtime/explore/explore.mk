# SPDX-License-Identifier: GPL-2.0-only
#
# For the top-level Makefile to include. CC= counts only when it is said, as
# make's own default is not a choice.

EXPLORE := code/runtime/explore/explore

explore: ## every interleaving of SCHEME= in SCENARIO=; BREAK= REPAIR= MODE=weak WANT= CC= REPLAY= JSON= DOT=
	@$(EXPLORE) $(if $(REPLAY),--replay $(REPLAY) $(if $(GDB),--gdb),\
		$(if $(SCHEME),--scheme $(SCHEME)) \
		$(if $(SCENARIO),--scenario $(SCENARIO)) \
		$(if $(BREAK),--break $(BREAK)) $(if $(REPAIR),--repair $(REPAIR)) \
		$(if $(MODE),--mode $(MODE)) $(if $(WANT),--want $(WANT)) \
		$(if $(LIMIT),--time-limit $(LIMIT)) $(if $(BOUND),--bound $(BOUND))) \
		$(if $(filter command line environment,$(origin CC)),--cc $(CC)) \
		$(if $(JSON),--json $(JSON)) $(if $(DOT),--dot $(DOT))

explore-list: ## the scenarios, one line each
	@$(EXPLORE) --list

explore-claims: ## all that the explorer has to say of the claims, as JSON
	@$(EXPLORE) --experiments $(if $(JSON),--json $(JSON))

.PHONY: explore explore-list explore-claims
