# SPDX-License-Identifier: GPL-2.0-only
"""Time limits for whoever may be stopped together with what it waits for."""
import time

STEP = 1.0      # seconds: how long to wait at most before asking again


class Patience:
    """A time limit that stands still while the whole machine does.

    A laptop that slept, and a virtual machine that its host stopped to copy
    it, go on with clocks that are half a minute ahead: nobody on them has had
    that time. Whoever waits looks at least once in a STEP, so a longer gap
    between two looks is no time that anybody had; it counts as two STEPs.
    """

    def __init__(self, seconds, now=time.monotonic):
        self.limit, self.spent = seconds, 0.0
        self._now = now
        self._seen = now()

    def left(self):
        """Seconds until the limit; 0 or less when it is over."""
        seen, self._seen = self._seen, self._now()
        self.spent += min(self._seen - seen, 2 * STEP)
        return self.limit - self.spent

    def elapsed(self):
        """Seconds that whoever waits has had."""
        return self.limit - self.left()

    def nap(self, most=STEP):
        """How long to wait now, before asking again."""
        return max(0.0, min(self.left(), most, STEP))
