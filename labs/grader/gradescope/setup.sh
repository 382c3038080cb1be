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
cd "${AUTOGRADER:-/autograder}/source"
mkdir -p kit
tar -xf kit.tar -C kit
rm kit.tar
export DEBIAN_FRONTEND=noninteractive
apt-get update
kit/labs/setup build grade
# Who is graded must not read the solutions, wherever the jail has to be the
# container itself: of all this their user sees the headers.
chmod -R go-rwx kit
find kit -type d -exec chmod go+x {} +
find kit -name '*.h' -exec chmod go+r {} +
# What does not depend on a submission is built here, once. Where the reference
# and the key do not get all points, nobody could: then there is no image.
lab=$(cat lab)
mkdir first
cp "$(python3 -I -c 'import sys; sys.path.insert(0, "kit/labs/grader")
from graderlib import labs; print(labs.load(sys.argv[1]).reference_path)' "$lab")" first
cp kit/labs/"$lab"-*/key.toml first/answers.toml
LAB_TRUST=container kit/labs/grader/grade --lab "$lab" --submission first --no-report \
	--stages check,build,explore,answers,stress
rm -r first
