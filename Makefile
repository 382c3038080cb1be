# SPDX-License-Identifier: GPL-2.0-only
#
# The map of the kit. `make help` is made from the lines with two # signs.

PYTHON   := /usr/bin/python3
BUILD    := build
# On a terminal it shows how far it is. (The shell's stdout is make's, its stderr is not.)
HOW_FAR  := $(if $(V),-v,$(shell test -t 2 || echo -q))
SPHINX    = $(PYTHON) -m sphinx -j auto -W -n --keep-going $(HOW_FAR)
BOOK     := Documentation
BOOK_OUT := $(BOOK)/output$(if $(INSTRUCTOR),/instructor)
DOCUMENTED = $(wildcard $(FAMILIES:%=code/%/*.[ch])) code/runtime/common/lab.h

# Which schemes there are, and which family SCHEME= belongs to.
FAMILIES := nsproxy netns pid
$(foreach f,$(FAMILIES),$(eval include code/$f/family.mk)$(eval schemes_$f := $(schemes))$(eval stressed_$f := $(stressed)))
SCHEMES  := $(foreach f,$(FAMILIES),$(schemes_$f))
FAMILY   ?= $(or $(firstword $(foreach f,$(FAMILIES),$(if \
	    $(filter $(SCHEME),$(schemes_$f)),$f))),nsproxy)

ifneq ($(SCHEME),$(filter $(SCHEME),$(SCHEMES)))
$(error There is no scheme "$(SCHEME)". There are: $(SCHEMES))
endif
ifeq ($(filter $(FAMILY),$(FAMILIES)),)
$(error There is no family "$(FAMILY)". There are: $(FAMILIES))
endif

# Kbuild wants all sources of a module in one folder; labs/vm/vm links them.
module_of    = $(BUILD)/module/$(1:nsproxy=stock)/$(1)_lab.ko
build_module = labs/vm/vm module --name $(1)_lab --out $(dir $(call module_of,$(1))) \
	       code/$(1) code/module code/bench code/runtime/common

NATIVE    = $(MAKE) -s -f code/runtime/native/Makefile FAMILY=$(FAMILY)
PLAIN     = $(BUILD)/native/$(filter-out nsproxy-plain,$(FAMILY)-plain)$(if $(filter nsproxy,$(FAMILY)),plain)
STRESSED  = $(BUILD)/native/stress-$(FAMILY)$(if $(BREAK),-$(SCHEME)-$(BREAK))
# What the explorer is told: --scheme rcu for SCHEME=rcu, and so on.
option    = $(if $($(1)),--$(2) $($(1)))
# The same for what may hold spaces and quotes.
said      = $(if $($(1)),--$(2) '$(subst ','\'',$($(1)))')
EXPLORE   = code/runtime/explore/explore $(call option,JSON,json) \
	    $(call option,DOT,dot) $(if $(filter-out default,$(origin CC)),--cc $(CC))
EXPLORE_ONE = --family $(FAMILY) $(call option,SCHEME,scheme) $(call option,SCENARIO,scenario) \
	    $(call option,BREAK,break) $(call option,REPAIR,repair) \
	    $(call option,MODE,mode) $(call option,WANT,want) \
	    $(call option,LIMIT,time-limit) $(call option,BOUND,bound) \
	    $(call said,GUIDE,guide) $(if $(LABELS),--labels) \
	    $(call said,SCHEME_FILE,scheme-file)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# Whatever the locale is: what the kit reads and says is UTF-8.
export PYTHONUTF8 := 1
comma := ,

## Begin here

demo: $(if $(STEP),setup-debug+vm,setup-build+docs+vm+bench htmldocs native module) ## the main job: build the book, boot the VM, run and measure all schemes; SCHEME= STEP=1 one scheme's story, a key a step (any family's); NOTES=/dev/pts/N the speaker's notes there
	$(if $(STEP),@labs/vm/vm fetch && labs/debug/debug story "$(SCHEME)" $(call said,NOTES,notes),$(PYTHON) labs/demo/demo)

check: setup-build+docs+vm+bench+check+grade ## all tests; K=word runs those whose names have it
	@labs/vm/vm fetch
	$(PYTHON) -m pytest -n 2 --dist loadfile labs/grader/tests labs/vm/tests code/tests $(if $(K),-k '$(K)')

check-release: ## the same and make demo on a Debian made for it; RELEASE=bookworm or trixie; needs root and debootstrap
	@code/tests/release "$(RELEASE)" $(if $(K),'make check K="$(K)"')

## The book

htmldocs: setup-build+docs ## the book, in Documentation/output/html; INSTRUCTOR=1 with the keys to the labs, elsewhere
	@$(SPHINX) -b html $(BOOK) $(BOOK_OUT)/html -c . -d $(BOOK_OUT)/doctrees
	@echo "The book is in $(BOOK_OUT)/html/index.html"

mandocs: setup-docs ## manual pages of the lab's own functions, in Documentation/output/man
	@$(PYTHON) $(BOOK)/sphinx/mandocs.py $(BOOK_OUT)/man $(DOCUMENTED)
	@echo "Try: man -l $(BOOK_OUT)/man/lab_ptrlock_lock.9"

linkcheckdocs: setup-build+docs ## whether the book's links lead anywhere (needs a network)
	@$(SPHINX) -b linkcheck $(BOOK) $(BOOK_OUT)/linkcheck -c . -d $(BOOK_OUT)/linkcheck/doctrees

cleandocs: ## remove the built book
	rm -rf $(BOOK_OUT)

## Run and measure

explore: setup-build ## every interleaving of SCHEME= in SCENARIO=; BREAK= REPAIR= MODE=weak WANT= LIMIT= CC= DOT= GUIDE= LABELS=1 SCHEME_FILE=; or REPLAY= GDB=1
	@$(EXPLORE) $(if $(REPLAY),--replay $(REPLAY) $(if $(GDB),--gdb),$(EXPLORE_ONE))

explore-list: ## the scenarios for it, a line each; FAMILY=netns or pid
	@$(EXPLORE) --family $(FAMILY) --list

explore-claims: setup-build ## all that it has to say of the claims; FAMILY=
	@$(EXPLORE) --family $(FAMILY) --experiments

stress: setup-build ## a scheme under sanitizers on this host; SCHEME= and BREAK= with a named change
	@$(NATIVE) OUT=$(STRESSED) SCHEME=$(SCHEME) BREAK=$(BREAK) \
		FLAGS="-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DLAB_POINTS"
	$(STRESSED)/run scheme=$(or $(SCHEME),$(firstword $(schemes_$(FAMILY)))) \
		run=$(stressed_$(FAMILY)) readers=3 ms=1000

native: setup-build ## the schemes for this host, as the measurements take them; FAMILY=
	@$(NATIVE) OUT=$(PLAIN)

module: setup-vm ## the kernel module, for the distribution's own kernel; FAMILY=; KERNEL= KDIR= for another
	@labs/vm/vm fetch
	@$(call build_module,$(FAMILY))

vm: setup-vm ## a shell in the VM, with the modules at hand
	@labs/vm/vm fetch
	@$(foreach f,$(FAMILIES),$(call build_module,$f) >/dev/null &&) labs/vm/vm shell \
		$(foreach f,$(FAMILIES),--add $(call module_of,$f)) --add code/module/lab

bench: setup-build+bench native ## measure the schemes on this host: raw data, reduction, plots
	$(PYTHON) code/bench/bench

claims: setup-build+vm+bench native module ## settle the claims that can be settled here, for the book; ONLY=R1,T2 FRESH=1
	$(PYTHON) code/bench/claims $(if $(ONLY),--only $(ONLY)) $(if $(FRESH),--fresh)

litmus: ## the orderings that x86 hides, by herd7 and the kernel's memory model; HERD7= LKMM=
	@code/litmus/run || { status=$$?; [ $$status = 77 ] || exit $$status; }

## The kernel's own detectors

debug-kernels: setup-debug+vm ## build kernels with KASAN and lockdep, and with KCSAN: minutes, once
	@code/kernel/build

debug-matrix: setup-debug+vm debug-kernels ## how often each planted bug is caught: takes an hour, resumes; ONLY=R10,P4
	@labs/vm/vm fetch
	@labs/debug/debug matrix $(if $(ONLY),,--record) $(subst $(comma), ,$(ONLY))

demo-image: setup-build+docs+debug+vm+grade $(if $(SOLUTIONS),htmldocs) module debug-kernels ## one archive for a classroom: needs nothing but QEMU where it is unpacked; SOLUTIONS=1 OFFER='who offers the source'
	@labs/debug/debug image $(if $(SOLUTIONS),--solutions) $(call said,OFFER,offer)

gdb: setup-debug+vm ## a guest stopped at a labelled point; SCHEME= (any family's) POINT= SCENARIO= BREAK=
	@labs/vm/vm fetch
	@labs/debug/debug gdb $(or $(SCHEME),rcu) $(if $(POINT),--point $(POINT)) \
		$(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(BREAK),--change $(BREAK))

## The labs, for students

lab: setup-build ## begin a lab: LAB=1 puts its skeleton into work/, and keeps what is there; alone, lists them
	@labs/grader/lab $(LAB)

grade: setup-build+grade ## how far LAB= has come; HINT=1 (2, 3) helps, QUICK=1 only explores; STAGES=; SUBMISSION= grades another's
	@labs/grader/grade --lab "$(LAB)" $(call said,SUBMISSION,submission) \
		$(call option,HINT,hint) $(call option,STAGES,stages) $(if $(QUICK),--quick)

## The labs, for instructors

handout: setup-docs+grade ## one archive for students, without a line of solution
	@labs/grader/handout

grade-class: setup-build+grade+vm ## grade all submissions in DIR=; resumes; LAB= STAGES= JOBS= SSHLOGIN=
	@labs/grader/class $(call said,DIR,dir) $(call option,LAB,lab) \
		$(call option,STAGES,stages) $(call option,JOBS,jobs) $(call said,SSHLOGIN,sshlogin)

prove-grader: setup-build+grade+vm ## every wrong and every right submission 20 times, and in the VM: hours, resumes; LAB=
	@labs/grader/prove $(call option,LAB,lab)

prove-mutants: setup-build+grade ## what a lab's checks see: mutants made by machine, each graded; resumes; LAB=
	@labs/grader/mutate $(call option,LAB,lab)

## Housekeeping

doctor: ## what this machine can do with the kit and what it can't, a line each; changes nothing
	@labs/doctor

setup: setup-build+docs+vm+bench+check+debug+grade ## install what any target needs; names it first
setup-%:
	@labs/setup $(subst +, ,$*)

clean: ## remove what was built, but not what was downloaded
	rm -rf $(BUILD) $(BOOK_OUT)

mrproper: clean ## and the cache of downloads, shared by all clones
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/kernel-pointer-labs"

help: ## this list
	@sed -n -e 's/^## \(.*\)/\n\1:/p' \
		-e 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		awk -F'|' 'NF > 1 { printf "%-22s %s\n", $$1, $$2; next } { print }'
	@echo
	@echo "  V=1 shows each command. README.md says more."

.DEFAULT:
	@echo "There is no target \"$@\". 'make help' lists them." >&2; exit 2

.PHONY: demo check check-release doctor htmldocs mandocs linkcheckdocs cleandocs explore explore-list explore-claims stress native module vm \
	debug-kernels debug-matrix demo-image gdb lab grade handout grade-class prove-grader prove-mutants \
	bench claims litmus setup clean mrproper help
