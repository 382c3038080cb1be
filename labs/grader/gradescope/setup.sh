#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Gradescope runs this once, as root, when it builds the image.
# /autograder/source holds what labs/grader/gradescope/pack made.
set -eu

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	echo "The grader needs Python 3.11 or newer. Choose a newer base image in" >&2
	echo "Gradescope, or a Docker image of your own made from debian:12." >&2
	exit 1
fi
cd /autograder/source
mkdir -p kit
tar -xf kit.tar -C kit
export DEBIAN_FRONTEND=noninteractive
apt-get update
kit/labs/setup build grade
# Who is graded must not read the solutions, wherever the jail has to be the
# container itself.
chmod -R go-rwx kit
# What does not depend on a submission is built here, once.
kit/labs/grader/grade --lab "$(cat lab)" --submission kit/labs/grader/gradescope/nothing \
	--stages check,build --quiet || :
