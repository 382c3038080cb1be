# SPDX-License-Identifier: GPL-2.0-only
"""Grades a student's scheme: check, build, explore, answers, stress, VM, measure."""
